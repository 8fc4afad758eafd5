// Passes lines on between clients and a server, and shows them: "line_proxy PORT HOST PORT".
import AnyEvent
import Glibc

guard CommandLine.arguments.count == 4 else {
  print("usage: line_proxy PORT HOST PORT")
  exit(1)
}
AE.autoflush()
let (service, to_host, to_port) = (
  CommandLine.arguments[1], CommandLine.arguments[2], CommandLine.arguments[3]
)
let high_water = 64 * 1024
var number = 0
var pairs: [Int: [Handle]] = [:]

// Ends both connections of a pair; what was read before is still written.
func finish(_ id: Int, _ reason: String) {
  let pair = pairs.removeValue(forKey: id)
  guard let pair else { return }
  print("\(id): \(reason)")
  for handle in pair {
    handle.on_error = nil
    handle.on_eof = nil
    handle.push_shutdown()
    handle.destroy()
  }
}

// Passes the lines of one connection on to another one, as fast as that takes them.
func forward(_ id: Int, _ arrow: String, _ from: Handle, _ to: Handle) {
  from.on_error = { handle, fatal, message in
    finish(id, "error: \(message)")
  }
  from.on_eof = { handle in
    finish(id, "\(arrow) end")
  }
  from.on_read = { handle in
    handle.push_read(.line) { (handle, line: [UInt8], eol: [UInt8]) in
      print("\(id): \(arrow) \(line.text)")
      to.push_write(line + eol)
      if to.wbuf.count > high_water { handle.stop_read() }
    }
  }
  to.on_drain = { handle in
    from.start_read()
  }
}

try tcp_server("127.0.0.1", service) { fh, host, port in
  number += 1
  let id = number
  let client = Handle(fh: fh, no_delay: true)
  let server = Handle(
    connect: (to_host, to_port),
    on_connect_error: { handle, message in
      finish(id, "no connection: \(message)")
    },
    no_delay: true)
  pairs[id] = [client, server]
  print("\(id): begin")
  forward(id, ">", client, server)
  forward(id, "<", server, client)
} prepare: { fh, host, port in
  print("listening on port \(port)")
  return 0
}

try AE.cv().recv()
