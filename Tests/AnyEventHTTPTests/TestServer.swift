import AnyEvent
import AnyEventHTTP
import TestSupport
import Testing

/// A request as a server has got it.
struct ServedRequest {
  var method = ""
  var target = ""
  var fields: [(name: String, value: String)] = []
  var body = ""

  subscript(name: String) -> String? { fields.first { $0.name == name }?.value }
}

/// A server of the test's own, which answers with whatever bytes the test wants.
final class TestServer {
  private(set) var requests: [ServedRequest] = []
  /// The connections that are open.
  private(set) var handles: [ObjectIdentifier: Handle] = [:]
  /// How many connections there were.
  private(set) var connections = 0
  /// How many connections there were at once.
  private(set) var most = 0
  private let loop: Loop
  private let answer: (ServedRequest, Handle) -> Void
  private var listener: Listener?

  /// Listens on a port of 127.0.0.1; `answer` is called with each request.
  init(on loop: Loop, _ answer: @escaping (ServedRequest, Handle) -> Void) throws {
    self.loop = loop
    self.answer = answer
    listener = try loop.listen(on: "127.0.0.1", 0) { [unowned self] socket in accept(socket.fd) }
  }

  /// A server that answers each request with these bytes.
  convenience init(on loop: Loop, always bytes: String) throws {
    try self.init(on: loop) { _, handle in handle.push_write(bytes) }
  }

  var port: Int { listener?.address.port ?? 0 }

  /// The URL of a path on it.
  func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

  /// Takes no connections any more.
  func stopListening() { listener?.close() }

  /// Ends a connection with a reset instead of an end.
  func reset(_ handle: Handle) {
    _ = endWithReset(handle.fh)
    handle.destroy()
    forget(handle)
  }

  private func accept(_ fd: CInt) {
    let handle = Handle(
      fh: fd, on: loop,
      on_error: { [unowned self] handle, _, _ in forget(handle) },
      on_eof: { [unowned self] handle in
        handle.destroy()
        forget(handle)
      })
    connections += 1
    handles[ObjectIdentifier(handle)] = handle
    most = max(most, handles.count)
    read(handle)
  }

  private func forget(_ handle: Handle) { handles[ObjectIdentifier(handle)] = nil }

  private func read(_ handle: Handle) {
    handle.push_read(.regex(/\r\n\r\n/)) { [unowned self] handle, head in
      var request = Self.parse(head)
      guard let length = request["content-length"].flatMap({ Int($0) }), length > 0 else {
        return serve(request, handle)
      }
      handle.push_read(.chunk(length)) { [unowned self] handle, body in
        request.body = HTTPBody(Array(body)).text
        serve(request, handle)
      }
    }
  }

  private func serve(_ request: ServedRequest, _ handle: Handle) {
    requests.append(request)
    answer(request, handle)
    if !handle.destroyed { read(handle) }
  }

  private static func parse(_ head: String) -> ServedRequest {
    let lines = head.split(separator: "\r\n")
    var request = ServedRequest()
    let words = (lines.first ?? "").split(separator: " ")
    request.method = words.first.map { String($0) } ?? ""
    request.target = words.count > 1 ? String(words[1]) : ""
    for line in lines.dropFirst() {
      let parts = line.split(
        separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      request.fields.append((parts[0].lowercased(), String(parts[1].dropFirst())))
    }
    return request
  }
}

/// A whole response.
func ok(_ body: String, _ fields: String = "") -> String {
  "HTTP/1.1 200 OK\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

/// A redirection.
func moved(_ status: Int, to location: String, _ body: String = "") -> String {
  "HTTP/1.1 \(status) Moved\r\nLocation: \(location)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

/// The end of a request, as the callback has told it.
struct Outcome {
  var body: HTTPBody?
  var hdr: HTTPHeaders
}

extension Loop {
  /// Performs a request whose end `start` has to tell, and waits for it.
  func outcome(
    _ start: (_ cb: @escaping (HTTPBody?, HTTPHeaders) -> Void) -> Void,
    _ location: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    var outcomes: [Outcome] = []
    perform { start { outcomes.append(Outcome(body: $0, hdr: $1)) } }
    #expect(outcomes.isEmpty, "the callback was called too early", sourceLocation: location)
    run(until: { !outcomes.isEmpty }, "the request has no end", location)
    settle()
    #expect(outcomes.count == 1, "the callback was called again", sourceLocation: location)
    return try #require(outcomes.first, sourceLocation: location)
  }
}
