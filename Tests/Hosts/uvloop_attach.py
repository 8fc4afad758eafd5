"""A node on uvloop's own loop, whose libuv may be hidden inside of its module: found there and handed over.

Arguments: the library and aemp_uv.h, which lists the functions; "hidden" or "system", which libuv the module must have;
and "pump" for a process that has used the system's libuv before, so that a hidden one is refused.
"""

import asyncio
import ctypes
import re
import sys

import uvloop
import uvloop.loop

lib = ctypes.CDLL(sys.argv[1])
lib.aemp_last_error.restype = ctypes.c_char_p
inside = ctypes.CDLL(uvloop.loop.__file__)
with open(sys.argv[2], encoding="utf-8") as header:
    names = re.findall(r"F \((uv_\w+)\)", header.read())
table = (ctypes.c_void_p * len(names))(
    *[ctypes.cast(getattr(inside, name), ctypes.c_void_p).value for name in names])
inside.uv_version.restype = ctypes.c_uint32
is_hidden = ctypes.cast(inside.uv_version, ctypes.c_void_p).value != ctypes.cast(
    ctypes.CDLL("libuv.so.1").uv_version, ctypes.c_void_p).value
if is_hidden != (sys.argv[3] == "hidden"):
    sys.exit(f"{uvloop.loop.__file__} has another libuv than one that is {sys.argv[3]}")
AEMP_EUV = -10
MSG_CB = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
NODE_CB = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)


class Arg(ctypes.Structure):
    _fields_ = [
        ("kind", ctypes.c_int32), ("reserved", ctypes.c_uint32), ("i", ctypes.c_int64), ("len", ctypes.c_size_t),
        ("reserved2", ctypes.c_uint64)]


def check(status):
    if status:
        sys.exit(lib.aemp_last_error().decode())


def attach(node):
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    uv = get(uvloop.loop.libuv_get_loop_t_ptr(asyncio.get_running_loop()), None)
    return lib.aemp_attach_uv(
        ctypes.c_void_p(uv), table, ctypes.c_size_t(len(names)), inside.uv_version(), ctypes.byref(node))


def make_pump():
    node, fd = ctypes.c_void_p(), ctypes.c_int()
    return lib.aemp_pump_new(ctypes.byref(node), ctypes.byref(fd)), node


async def close(node):
    ended = asyncio.get_running_loop().create_future()
    on_closed = NODE_CB(lambda n, ud: ended.set_result(True))
    check(lib.aemp_node_close(node, 0, on_closed, None))
    await asyncio.wait_for(ended, 10)
    lib.aemp_node_release(node)


async def behind_pump():
    """The libuv of the first loop in a process is that of all."""
    status, _ = make_pump()
    check(status)
    node = ctypes.c_void_p()
    status = attach(node)
    if not is_hidden:
        check(status)
        await close(node)
    elif status != AEMP_EUV or node or b"another copy of libuv" not in lib.aemp_last_error():
        sys.exit(f"it is not refused: {status}, {lib.aemp_last_error().decode()}")


async def main():
    loop = asyncio.get_running_loop()
    node, port = ctypes.c_void_p(), ctypes.c_void_p()
    check(attach(node))
    check(lib.aemp_configure(node, None, None, None, None))
    check(lib.aemp_port_new(node, ctypes.byref(port)))
    got = loop.create_future()
    on_message = MSG_CB(lambda n, self, msg, ud: got.set_result(True))
    check(lib.aemp_rcv(node, port, None, on_message, None, None))
    argument = Arg(2, 0, 7, 0, 0)
    check(lib.aemp_snd(node, port, ctypes.byref(argument), ctypes.c_size_t(1)))
    await asyncio.wait_for(got, 10)
    await close(node)
    lib.aemp_port_release(port)
    # A pump may live on that libuv, too.
    status, _ = make_pump()
    check(status)


uvloop.install()
asyncio.run(behind_pump() if len(sys.argv) > 4 else main())
