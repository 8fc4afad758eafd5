"""A node in a Python program on asyncio, which has no libuv: pumped.

Arguments: the library, and "uvloop" to use that.
"""

import asyncio
import ctypes
import sys

lib = ctypes.CDLL(sys.argv[1])
lib.aemp_last_error.restype = ctypes.c_char_p
lib.aemp_node_id.restype = ctypes.c_char_p
for name in ("aemp_pump_step", "aemp_node_id", "aemp_node_release", "aemp_port_release"):
    getattr(lib, name).argtypes = [ctypes.c_void_p] + ([ctypes.c_void_p] if name == "aemp_pump_step" else [])
NODE_CB = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)
MSG_CB = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)


class Arg(ctypes.Structure):
    _fields_ = [
        ("kind", ctypes.c_int32), ("reserved", ctypes.c_uint32), ("i", ctypes.c_int64), ("len", ctypes.c_size_t),
        ("reserved2", ctypes.c_uint64)]


def check(status):
    if status:
        sys.exit(lib.aemp_last_error().decode())


class Pump:
    """Steps a node when its descriptor is readable or its time-out is over."""

    def __init__(self):
        self.node, fd = ctypes.c_void_p(), ctypes.c_int()
        check(lib.aemp_pump_new(ctypes.byref(self.node), ctypes.byref(fd)))
        self.fd, self.timer, self.steps = fd.value, None, 0
        self.closed = asyncio.get_running_loop().create_future()
        self.resting = None
        asyncio.get_running_loop().add_reader(self.fd, self.step)
        self.on_closed = NODE_CB(self.ended)
        self.step()

    def ended(self, node, ud):
        asyncio.get_running_loop().remove_reader(self.fd)
        self.closed.set_result(True)

    def rest(self):
        """What is done when a step has left nothing to be done at once."""
        self.resting = asyncio.get_running_loop().create_future()
        return self.resting

    def step(self):
        self.steps += 1
        if self.timer:
            self.timer.cancel()
            self.timer = None
        timeout = ctypes.c_int()
        check(lib.aemp_pump_step(self.node, ctypes.byref(timeout)))
        if timeout.value != 0 and self.resting and not self.resting.done():
            self.resting.set_result(True)
        if not self.closed.done() and timeout.value >= 0:
            self.timer = asyncio.get_running_loop().call_later(timeout.value / 1000, self.step)


async def main():
    pump = Pump()
    node = pump.node
    check(lib.aemp_configure(node, None, None, None, None))
    port = ctypes.c_void_p()
    check(lib.aemp_port_new(node, ctypes.byref(port)))
    got = asyncio.get_running_loop().create_future()
    on_message = MSG_CB(lambda n, self, msg, ud: got.set_result(True))
    check(lib.aemp_rcv(node, port, None, on_message, None, None))
    await asyncio.wait_for(pump.rest(), 10)
    argument = Arg(2, 0, 7, 0, 0)
    check(lib.aemp_snd(node, port, ctypes.byref(argument), ctypes.c_size_t(1)))
    await asyncio.wait_for(got, 10)
    # A node with nothing to do does nothing, but now and then.
    before = pump.steps
    await asyncio.sleep(0.3)
    if pump.steps - before > 10:
        sys.exit(f"{pump.steps - before} steps in 0.3 s, in which nothing happened")
    check(lib.aemp_node_close(node, 0, pump.on_closed, None))
    await asyncio.wait_for(pump.closed, 10)
    lib.aemp_port_release(port)
    lib.aemp_node_release(node)


if len(sys.argv) > 2:
    import uvloop
    uvloop.install()
asyncio.run(main())
