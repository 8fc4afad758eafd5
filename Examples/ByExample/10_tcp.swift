// TCP: a server that shouts, and a client.
import AnyEvent

let done = AE.cv()
var connections: Set<Handle> = []
var client: Handle?

let server: Guard = try tcp_server("127.0.0.1", 0) { fh, host, port in
  let handle = Handle(fh: fh)
  connections.insert(handle)
  handle.on_error = { handle, fatal, message in connections.remove(handle) }
  handle.on_eof = { handle in connections.remove(handle) }
  handle.on_read = { handle in
    handle.push_read(.line) { handle, line in handle.push_write("\(line.uppercased())!\n") }
  }
} prepare: { fh, host, port in
  // The kernel has picked a port, and the client needs it.
  client = Handle(
    connect: (host, port),
    on_connect: { handle, host, port, retry in print("connected to \(host)") },
    on_error: { handle, fatal, message in
      print("error: \(message)")
      done.send()
    })
  return 0
}

client?.push_write("hello\n")
client?.push_read(.line) { handle, line in
  print("the server says: \(line)")
  done.send()
}

try done.recv()
