// HTTP: requests, one after the other and at once.
import AnyEvent
import AnyEventHTTP

// A small server, so that nothing depends on the network.
var handles: Set<Handle> = []
var url = ""
let server: Guard = try tcp_server("127.0.0.1", 0) { fh, _, _ in
  let handle = Handle(fh: fh)
  handles.insert(handle)
  handle.push_read(.line) { handle, request in
    let parts = request.split(separator: " ")
    let (method, path) = (parts[0], parts[1])
    let (status, body) =
      path == "/nothing" ? ("404 Not Found", "") : ("200 OK", "\(method) of \(path)")
    handle.push_write(
      "HTTP/1.0 \(status)\r\nContent-Type: text/plain\r\nX-Number: 7\r\n\r\n\(body)")
    handle.push_shutdown()
  }
} prepare: { _, _, port in
  url = "http://127.0.0.1:\(port)"
  return 0
}

// == A page
// The body is bytes: `body.text` is the text of it, `body.bytes` the bytes. It is nil where Perl has undef.

var done = AE.cv()

http_get("\(url)/page", timeout: 10) { body, hdr in
  if hdr.isSuccess {
    print("\(hdr.status) \(hdr["x-number"] ?? ""): \(body?.text ?? "")")
  } else {
    print("\(hdr.status) \(hdr.reason)")
  }
  done.send()
}

try done.recv()

// == Several at once

var status: [String: Int] = [:]
done = AE.cv()

for path in ["/a", "/b", "/nothing"] {
  done.begin()
  http_get(url + path) { body, hdr in
    status[path] = hdr.status
    done.end()
  }
}

try done.recv()
for (path, number) in status.sorted(by: { $0.key < $1.key }) { print("\(path): \(number)") }

// == Sending something

done = AE.cv()

http_post(
  "\(url)/form", "name=Joe",
  headers: ["content-type": "application/x-www-form-urlencoded", "user-agent": "a recipe"]
) { body, hdr in
  print(body?.text ?? "")
  done.send()
}

try done.recv()

// == Nobody there
// Whatever goes wrong, the callback is called, with a status of 59x.

done = AE.cv()

http_request("GET", "http://127.0.0.1:1/", timeout: 10) { body, hdr in
  print(body != nil ? "a body" : "no body", terminator: ", \(hdr.status)\n")
  done.send()
}

try done.recv()

// == A body that comes in parts
// Both callbacks return whether to go on.

done = AE.cv()
var length = 0

http_get(
  "\(url)/large",
  on_header: { hdr in
    print(hdr["content-type"] ?? "")
    return true
  },
  on_body: { data, hdr in
    length += data.count
    return true
  }
) { _, hdr in
  print("\(hdr.status), \(length) bytes")
  done.send()
}

try done.recv()

// == Taking a request back
// The type has to be written: as a statement the request goes on.

var request: Guard? = http_get("\(url)/never") { _, _ in print("never printed") }
request = nil
