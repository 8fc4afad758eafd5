"""The same works with asyncio on uvloop: toolkit.py timers COUNT | echo | http URL COUNT"""

import asyncio
import sys
import time

import uvloop


async def timers(count):
    loop = asyncio.get_running_loop()
    begun = time.perf_counter()
    found = [loop.call_later(1000 + number, int) for number in range(count)]
    for timer in found:
        timer.cancel()
    print(time.perf_counter() - begun, flush=True)


class Lines(asyncio.Protocol):
    def __init__(self):
        self.buffer = b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        lines = (self.buffer + data).split(b"\n")
        self.buffer = lines.pop()
        for line in lines:
            self.transport.write(line + b"\n")


async def echo():
    server = await asyncio.get_running_loop().create_server(Lines, "127.0.0.1", 0, backlog=1024)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def http(url, count):
    import aiohttp

    async with aiohttp.ClientSession() as session:
        begun = time.perf_counter()
        for _ in range(count):
            async with session.get(url) as response:
                await response.read()
                if response.status != 200:
                    raise SystemExit(f"{response.status}")
        print(time.perf_counter() - begun, flush=True)


uvloop.install()
work = sys.argv[1]
if work == "timers":
    asyncio.run(timers(int(sys.argv[2])))
elif work == "echo":
    asyncio.run(echo())
else:
    asyncio.run(http(sys.argv[2], int(sys.argv[3])))
