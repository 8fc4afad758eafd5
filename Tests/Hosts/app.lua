-- A node on luv's loop, in plain Lua or in neovim; ends with "ended".
local uv = (vim and vim.loop) or require "luv"
local aemp = require "luamodule"
local function print_it(text) io.stdout:write(text .. "\n") end
local got = 0
aemp.attach(function(n)
  got = got + n
  if got < 10 then return aemp.send(n + 1) end
  aemp.close(function()
    print_it("ended")
    if vim then vim.schedule(function() vim.cmd "qa!" end) end
  end)
end)
local timer = uv.new_timer()
timer:start(20, 0, function() timer:close() aemp.send(1) end)
if not vim then uv.run() end
