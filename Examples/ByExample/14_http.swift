// HTTP: requests to a small server of our own.
import AnyEvent
import AnyEventHTTP

var connections: Set<Handle> = []
var url = ""

let server: Guard = try tcp_server("127.0.0.1", 0) { fh, host, port in
  let handle = Handle(fh: fh)
  connections.insert(handle)
  handle.push_read(.line) { handle, request in
    let path = request.split(separator: " ")[1]
    let (status, body) = path == "/hello" ? ("200 OK", "Hello!") : ("404 Not Found", "")
    handle.push_write("HTTP/1.0 \(status)\r\nContent-Type: text/plain\r\n\r\n\(body)")
    handle.push_shutdown()
  }
} prepare: { fh, host, port in
  url = "http://127.0.0.1:\(port)"
  return 0
}

let done = AE.cv()
for path in ["/hello", "/nothing"] {
  let answered = AE.cv()
  http_get(url + path, headers: ["user-agent": "by example"], timeout: 10) { body, hdr in
    print("\(path): \(hdr.status), \(hdr["content-type"] ?? "no type"), \(body?.count ?? 0) bytes")
    if hdr.isSuccess, let body { print(body.text) }
    answered.send()
  }
  try answered.recv()
}

// Whatever goes wrong, there is one callback, with a status of 59x.
http_get("http://127.0.0.1:1/", timeout: 10) { body, hdr in
  print("nobody there: \(hdr.status)")
  done.send()
}
try done.recv()
