// TLS: the same over an encrypted connection; the client trusts one certificate.
import AnyEvent
import Glibc

// A key and a certificate, as `openssl` makes them.
let pem = "/tmp/by_example_\(getpid()).pem"
let made = run_cmd(
  "umask 077; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
    + "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout \(pem) -out \(pem).crt "
    + "&& cat \(pem).crt >>\(pem)", ["2>": "/dev/null"])
guard try made.recv() == 0 else { exit(1) }
let cleanup = Guard {
  unlink(pem)
  unlink("\(pem).crt")
}
let served = try TLSContext(cert_file: pem)
let trusted = try TLSContext(ca_file: "\(pem).crt", verify_peername: .http)

let done = AE.cv()
var connections: Set<Handle> = []
var client: Handle?

let server: Guard = try tcp_server("127.0.0.1", 0) { fh, host, port in
  let handle = Handle(fh: fh, tls: "accept", tls_ctx: served)
  connections.insert(handle)
  handle.push_read(.line) { handle, line in handle.push_write("you said \(line)\n") }
} prepare: { fh, host, port in
  client = Handle(
    connect: (host, port),
    on_error: { handle, fatal, message in done.croak(message) },
    peername: "localhost",
    tls: "connect", tls_ctx: trusted,
    on_starttls: { handle, success, message in
      print(
        success
          ? "encrypted, with \(handle.tls_certificate?.cn ?? "")" : "refused: \(message ?? "")")
    })
  return 0
}

client?.push_write("a secret\n")
client?.push_read(.line) { handle, line in
  print(line)
  done.send()
}

try done.recv()
cleanup.cancel()
unlink(pem)
unlink("\(pem).crt")
