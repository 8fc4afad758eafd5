// Lines come back over TLS: "tls_echo server PORT CERT", and "tls_echo client HOST PORT CA LINE...".
import AnyEvent
import Glibc

guard CommandLine.arguments.count >= 4 else {
  print("usage: tls_echo server PORT CERT | tls_echo client HOST PORT CA LINE...")
  exit(1)
}
AE.autoflush()

func server(_ port: String, _ cert: String) throws {
  var connections: Set<Handle> = []
  let tls = try TLSContext(cert_file: cert)
  try tcp_server("127.0.0.1", port) { fh, host, port in
    let handle = Handle(
      fh: fh,
      on_error: { handle, fatal, message in
        connections.remove(handle)
      },
      on_read: { handle in
        handle.push_read(.line) { handle, line in
          print("line: \(line)")
          handle.push_write("you said: \(line)\n")
          if line == "bye" { handle.push_shutdown() }
        }
      },
      on_eof: { handle in
        connections.remove(handle)
      },
      tls: "accept",
      tls_ctx: tls)
    connections.insert(handle)
  } prepare: { fh, host, port in
    print("listening on port \(port)")
    return 0
  }
  try AE.cv().recv()
}

func client(_ host: String, _ port: String, _ ca: String, _ lines: [String]) throws {
  let done = AE.cv()
  let tls = try TLSContext(ca_file: ca, verify: true)
  let handle = Handle(
    connect: (host, port),
    on_connect_error: { handle, message in
      print("no connection: \(message)")
      done.send()
    },
    on_error: { handle, fatal, message in
      print("error")
      done.send()
    },
    on_eof: { handle in
      print("the server has closed")
      done.send()
    },
    timeout: 5,
    tls: "connect",
    tls_ctx: tls,
    on_starttls: { handle, success, message in
      if success { return print("encrypted") }
      print("the server is not trusted")
      handle.destroy()
      done.send()
    })
  for line in lines {
    handle.push_write("\(line)\n")
    handle.push_read(.line) { handle, answer in
      print(answer)
    }
  }
  try done.recv()
}

let (role, rest) = (CommandLine.arguments[1], Array(CommandLine.arguments.dropFirst(2)))
if role == "server" {
  try server(rest[0], rest[1])
} else {
  try client(rest[0], rest[1], rest[2], Array(rest.dropFirst(3)))
}
