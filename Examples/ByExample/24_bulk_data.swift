// Bulk data: a connection of its own beside the messages, with a handle at each end.
import AnyEvent
import AnyEventMP

configure(nodeid: "sender", binds: ["127.0.0.1:*"], secret: "a secret by example", norc: true)
let done = AnyEvent.condvar()

// The other node, in the same program here.
let store = Node(on: Loop.default)
try store.configure(
  ConfigurationArguments(
    nodeid: "store", binds: ["127.0.0.1:*"], seeds: Node.current.status.listeners,
    secret: "a secret by example",
    norc: true))

var incoming: Handle?
store.run {
  DataConn.sub("Store::put") { (name: String, handle: Handle) in
    print("somebody stores \(name)")
    var count = 0
    incoming = handle
    handle.on_error = { handle, fatal, message in done.croak(message) }
    handle.on_read = { handle in
      count += handle.rbuf.count
      handle.rbuf.removeFirst(handle.rbuf.count)
    }
    handle.on_eof = { handle in
      print("\(name) has \(count) bytes")
      done.send()
    }
  }
}

var outgoing: Handle?
var left = 100
DataConn.connect_to("store", 10, "Store::put", "picture") { handle in
  outgoing = handle
  // As much at a time as the other end takes.
  handle.on_drain = { handle in
    left -= 1
    if left >= 0 {
      handle.push_write([UInt8](repeating: 0, count: 10_000))
    } else {
      handle.push_shutdown()
    }
  }
}

try done.recv()
