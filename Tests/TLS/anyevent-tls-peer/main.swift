// One end of a conversation through AnyEvent's handles with TLS, for scripts/tests/tls_handle.sh:
//
//     anyevent-tls-peer connect|accept FILE listen|HOST:PORT
//
// FILE holds key, certificate and those to trust. Both ends say a line and a long netstring, check
// what the other one says, and stop TLS.
import AnyEvent
import Foundation

func end(_ text: String, _ status: Int32) -> Never {
  FileHandle.standardError.write(Data("\(text)\n".utf8))
  exit(status)
}

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count == 3, let role = TLSRole(rawValue: arguments[1]),
  let pem = try? String(contentsOfFile: arguments[2], encoding: .utf8)
else { end("usage: anyevent-tls-peer connect|accept FILE listen|HOST:PORT", 2) }

let long = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 % 251) }
let done = AnyEvent.condvar(String.self)
var handles: [Handle] = []

/// Talks once through a handle.
func talk(_ handle: Handle) {
  handles.append(handle)
  handle.on_error = { _, _, message in end("error: \(message)", 1) }
  handle.push_write(.line, "hello from Swift")
  handle.push_write(.netstring, long)
  handle.push_read(.line) { handle, line in
    guard line == "hello from Perl" else { end("the line was \(line)", 1) }
    print("cipher \(handle.tls_cipher ?? "none")")
  }
  handle.push_read(.netstring) { handle, bytes in
    guard bytes == long else { end("the netstring was damaged", 1) }
    handle.push_shutdown()
    handle.on_eof = { _ in done.send("ok") }
    handle.on_read = { _ in end("more than that was sent", 1) }
  }
}

do {
  let context = try TLSContext(
    cert: pem, ca_cert: pem, verify: true, verify_require_client_cert: true)
  var server: Guard?
  if arguments[3] == "listen" {
    server = try tcp_server("127.0.0.1", 0) { fh, _, _ in
      talk(Handle(fh: fh, tls: role, tls_ctx: context))
    } prepare: { _, _, port in
      print("listens on 127.0.0.1:\(port)")
      return 0
    }
  } else if let (host, port) = parse_hostport(arguments[3]) {
    talk(Handle(connect: (host, port), tls: role, tls_ctx: context))
  }
  print(try done.recv())
  withExtendedLifetime(server) {}
} catch {
  end("\(error)", 1)
}
