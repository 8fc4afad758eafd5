// A server of HTTP/1.1 with a small interface in JSON; connections are kept: "http_server PORT".
import AnyEvent
import Glibc

guard CommandLine.arguments.count == 2 else {
  print("usage: http_server PORT")
  exit(1)
}
AE.autoflush()
let service = CommandLine.arguments[1]
let keepalive_timeout = 5.0
let max_requests = 100
let max_headers = 30
let max_body = 64 * 1024
var connections: Set<Handle> = []
var notes: [Int: String] = [:]
var next_note = 1

let reason = [
  200: "OK", 201: "Created", 400: "Bad Request", 404: "Not Found",
  405: "Method Not Allowed", 411: "Length Required", 413: "Content Too Large",
  501: "Not Implemented",
]

// What is known of a request, which is the count-th of its connection.
final class Request {
  init(count: Int) { self.count = count }

  let count: Int
  var method = ""
  var path = ""
  var headers: TextDictionary<String> = [:]
  var body: [UInt8] = []
  var keep_alive = false
}

func respond(_ handle: Handle, _ request: Request, _ status: Int, _ value: Value) {
  let body = "\(value.debugDescription)\n"
  let keep = request.keep_alive && request.count < max_requests
  var head = "HTTP/1.1 \(status) \(reason[status] ?? "")\r\n"
  head += "Server: example\r\n"
  head += "Content-Type: application/json\r\n"
  head += "Content-Length: \(body.utf8.count)\r\n"
  head += "Connection: \(keep ? "keep-alive" : "close")\r\n"
  head += "\r\n"
  print("\(request.method) \(request.path): \(status)")
  handle.push_write(head)
  if request.method != "HEAD" { handle.push_write(body) }
  if keep {
    handle.timeout = keepalive_timeout
    read_request(handle, Request(count: request.count + 1))
  } else {
    disconnect(handle)
  }
}

// Says what is wrong, and closes: what follows may be anything.
func fail(_ handle: Handle, _ request: Request, _ status: Int, _ message: String) {
  request.keep_alive = false
  respond(handle, request, status, ["error": .string(message)])
}

// Closes the connection when all is written.
func disconnect(_ handle: Handle) {
  handle.on_drain = { handle in
    connections.remove(handle)
    handle.destroy()
  }
}

func read_request(_ handle: Handle, _ request: Request) {
  handle.push_read(.line) { handle, line in
    // Empty lines in front of a request are allowed.
    if line == "" { return read_request(handle, request) }
    if let match = line.wholeMatch(of: /([A-Z]+) (\S+) HTTP\/1\.([01])/) {
      request.method = String(match.1)
      request.path = String(match.2)
      request.keep_alive = match.3 == "1"
      handle.timeout = 30
      read_header(handle, request)
    } else {
      fail(handle, request, 400, "this is no request of HTTP/1")
    }
  }
}

func read_header(_ handle: Handle, _ request: Request) {
  handle.push_read(.line) { handle, line in
    if line == "" {
      read_body(handle, request)
    } else if request.headers.count >= max_headers {
      fail(handle, request, 400, "there are too many headers")
    } else if let match = line.wholeMatch(of: /([^:\s]+):\s*(.*?)\s*/) {
      request.headers[match.1.lowercased()] = String(match.2)
      read_header(handle, request)
    } else {
      fail(handle, request, 400, "this is no header")
    }
  }
}

func read_body(_ handle: Handle, _ request: Request) {
  let headers = request.headers
  let connection = (headers["connection"] ?? "").lowercased()
  if connection == "keep-alive" { request.keep_alive = true }
  if connection == "close" { request.keep_alive = false }
  if headers["transfer-encoding"] != nil {
    return fail(handle, request, 501, "only a Content-Length is understood")
  }
  let length = headers["content-length"] ?? "0"
  if !length.contains(/^\d{1,9}$/) { return fail(handle, request, 400, "the length is no number") }
  if Int(length) ?? 0 > max_body { return fail(handle, request, 413, "the body is too large") }
  handle.push_read(.chunk(Int(length) ?? 0)) { (handle, data: [UInt8]) in
    request.body = data
    handle_request(handle, request)
  }
}

func handle_request(_ handle: Handle, _ request: Request) {
  let method = request.method
  let path = request.path
  if path == "/notes" && (method == "GET" || method == "HEAD") {
    let ids = notes.keys.sorted()
    let list = ids.map { ["id": .int($0), "text": .string(notes[$0] ?? "")] as Value }
    respond(handle, request, 200, .array(list))
  } else if path == "/notes" && method == "POST" {
    let note = try? JSON.decode(request.body)
    guard let note else { return respond(handle, request, 400, ["error": "the body is no JSON"]) }
    let id = next_note
    next_note += 1
    notes[id] = note["text"].string
    respond(handle, request, 201, ["id": .int(id)])
  } else if let match = path.wholeMatch(of: /\/notes\/(\d{1,9})/) {
    let id = Int(match.1) ?? 0
    guard let note = notes[id] else {
      return respond(handle, request, 404, ["error": "there is no note \(id)"])
    }
    if method == "GET" {
      respond(handle, request, 200, ["id": .int(id), "text": .string(note)])
    } else if method == "DELETE" {
      notes[id] = nil
      respond(handle, request, 200, nil)
    } else {
      respond(handle, request, 405, ["error": "a note can be read and deleted"])
    }
  } else if path == "/slowly" {
    var timer: TimerWatcher?
    timer = AE.timer(0.1, 0) {
      timer?.cancel()
      respond(handle, request, 200, ["note": Value(request.headers["x-note"])])
    }
  } else {
    respond(handle, request, 404, ["error": "there is nothing at \(path)"])
  }
}

try tcp_server("127.0.0.1", service) { fh, host, port in
  let handle = Handle(
    fh: fh,
    on_error: { handle, fatal, message in
      connections.remove(handle)
      handle.destroy()
    },
    on_eof: { handle in
      connections.remove(handle)
      handle.destroy()
    },
    timeout: keepalive_timeout,
    on_timeout: { handle in
      connections.remove(handle)
      handle.destroy()
    },
    rbuf_max: max_body + 65536,
    no_delay: true)
  connections.insert(handle)
  read_request(handle, Request(count: 1))
} prepare: { fh, host, port in
  print("listening on port \(port)")
  return 0
}

try AE.cv().recv()
