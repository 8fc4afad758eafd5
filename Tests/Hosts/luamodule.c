/* local aemp = require "luamodule": one node on luv's loop, in Lua 5.1 to 5.4 and in neovim. */
#include <aemp_uv.h>
#include <lauxlib.h>
#include <lua.h>

uv_loop_t *luv_loop (lua_State *);

static lua_State *state;
static aemp_node *node;
static aemp_port *port;
static int on_message_ref, on_closed_ref;

/* An error in Lua must not leave the callback by longjmp. */
static void call (int reference, int64_t number) {
  lua_rawgeti (state, LUA_REGISTRYINDEX, reference);
  lua_pushnumber (state, (lua_Number)number);
  if (lua_pcall (state, 1, 0, 0)) {
    aemp_die (node, lua_tostring (state, -1));
    lua_pop (state, 1);
  }
}
static void on_message (aemp_node *n, aemp_port *self, const aemp_msg *msg, void *ud) {
  int64_t number;
  (void)n; (void)self; (void)ud;
  if (!aemp_msg_get (msg, "i", &number)) call (on_message_ref, number);
}
static void on_closed (aemp_node *n, void *ud) {
  (void)ud;
  call (on_closed_ref, 0);
  aemp_port_release (port);
  aemp_node_release (n);
}
static int attach (lua_State *L) {
  if (aemp_attach (luv_loop (L), &node) || aemp_configure (node, NULL, NULL, NULL, NULL)
      || aemp_port_new (node, &port) || aemp_rcv (node, port, "n", on_message, NULL, NULL))
    return luaL_error (L, "%s", aemp_last_error ());
  state = L;
  lua_pushvalue (L, 1);
  on_message_ref = luaL_ref (L, LUA_REGISTRYINDEX);
  aemp_node_ref (node);
  return 0;
}
static int send_number (lua_State *L) {
  aemp_snd (node, port, AEMP_ARGS (aemp_str ("n"), aemp_int ((int64_t)luaL_checknumber (L, 1))));
  return 0;
}
static int close_it (lua_State *L) {
  lua_pushvalue (L, 1);
  on_closed_ref = luaL_ref (L, LUA_REGISTRYINDEX);
  aemp_node_close (node, 0, on_closed, NULL);
  return 0;
}
int luaopen_luamodule (lua_State *L) {
  lua_newtable (L);
  lua_pushcfunction (L, attach);
  lua_setfield (L, -2, "attach");
  lua_pushcfunction (L, send_number);
  lua_setfield (L, -2, "send");
  lua_pushcfunction (L, close_it);
  lua_setfield (L, -2, "close");
  return 1;
}
