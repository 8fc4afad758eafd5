// Requests to a server for scripts/tests/http.sh, which compares the answers with those that Perl's
// AnyEvent::HTTP has:
//
//     anyevent-http-client URL FILE
//     anyevent-http-client tls URL AUTHORITY
//     anyevent-http-client fork URL
//
// FILE has a request a line: method, path, header fields as NAME=VALUE, and after a "|" the body.
import AnyEvent
import AnyEventHTTP
import Foundation

func end(_ text: String, _ status: Int32) -> Never {
  FileHandle.standardError.write(Data("\(text)\n".utf8))
  exit(status)
}

let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count >= 2 else { end("usage: anyevent-http-client URL FILE", 2) }
let base = arguments[0]
let jar = CookieJar()

func withoutBase(_ text: String) -> String {
  text.hasPrefix(base) ? String(text.dropFirst(base.count)) : text
}

func show(_ indent: String, _ body: HTTPBody?, _ hdr: HTTPHeaders) {
  // What is wrong on this side each says in its own words.
  let reason = hdr.status / 10 == 59 ? "" : hdr.reason
  print("\(indent)\(hdr.status) \(reason) \(withoutBase(hdr.url))")
  for name in [
    "HTTPVersion", "OrigStatus", "content-type", "content-length", "content-range", "location",
    "x-one", "allow",
  ] {
    if let value = hdr[name] { print("\(indent)  \(name): \(withoutBase(value))") }
  }
  print(
    "\(indent)  \(body.map { "body of \($0.count): \(HTTPBody(Array($0.prefix(60))))" } ?? "no body")"
  )
  if let redirect = hdr.redirect { show("\(indent)    ", redirect.body, redirect.headers) }
}

func compare() throws {
  let requests = try String(contentsOfFile: arguments[1], encoding: .utf8)
  for request in requests.split(separator: "\n") {
    let parts = request.split(separator: "|", maxSplits: 1)
    let words = parts[0].split(separator: " ").map { String($0) }
    var headers: HTTPFields = [:]
    for field in words.dropFirst(2) {
      let sides = field.split(separator: "=", maxSplits: 1)
      headers[String(sides[0])] = String(sides[1])
    }
    let cv = AE.cv()
    print(request)
    http_request(
      words[0], words[1].hasPrefix("/") ? base + words[1] : words[1], recurse: 3, headers: headers,
      body: parts.count > 1 ? String(parts[1]) : "", cookie_jar: jar
    ) { body, hdr in
      show("  ", body, hdr)
      cv.send()
    }
    try cv.recv()
  }
}

/// Requests over TLS: trusted, not trusted, to another name, and many on one connection.
func overTLS(_ url: String, _ authority: String) throws {
  let trusted = HTTPTrust(verify_peername: true, ca_file: authority)
  for (name, trust) in [
    ("trusted", trusted), ("not trusted", .high), ("anybody", .low),
    ("no such file", HTTPTrust(ca_file: authority + ".missing")),
  ] {
    let cv = AE.cv()
    http_get(url + "/hello", tls_ctx: trust) { body, hdr in
      print("\(name): \(hdr.status) \(hdr.httpVersion ?? "-") \(body ?? "-")")
      if hdr.status == 596 { print("  \(hdr.reason)") }
      cv.send()
    }
    try cv.recv()
  }
  // Streams of one connection in version 2.
  let cv = AE.cv()
  var connections = 0
  var sizes: [Int] = []
  let once: (CInt) -> Double = { _ in
    connections += 1
    return 0
  }
  // The first one tells which version the server speaks.
  cv.begin()
  http_get(url + "/big", tls_ctx: trusted, sessionid: "one", on_prepare: once) { _, _ in
    for _ in 0..<20 {
      cv.begin()
      http_get(url + "/big", tls_ctx: trusted, sessionid: "one", on_prepare: once) { body, _ in
        sizes.append(body?.count ?? -1)
        cv.end()
      }
    }
    cv.end()
  }
  try cv.recv()
  print("streams: \(Set(sizes)) on \(connections) connections")
}

/// A fork while a request is under way and a connection is kept: both are the parent's.
func forking(_ url: String) throws {
  // Swift has no fork of its own.
  typealias Fork = @convention(c) () -> pid_t
  guard let symbol = dlsym(nil, "fork") else { end("there is no fork", 1) }
  let fork = unsafeBitCast(symbol, to: Fork.self)
  let kept = AE.cv()
  http_get(url + "/hello") { _, _ in kept.send() }
  try kept.recv()
  let begun = AE.cv()
  let done = AE.cv(String.self)
  http_get(
    url + "/slow",
    on_header: { _ in
      begun.send()
      return true
    }
  ) { body, hdr in done.send("\(hdr.status), \(body?.count ?? 0) bytes") }
  try begun.recv()
  let child = fork()
  if child == 0 { Loop.default.forked() }
  let name = child == 0 ? "child" : "parent"
  let other = AE.cv()
  http_get(url + "/hello") { body, hdr in
    print("\(name): \(hdr.status) \(body ?? "-")", terminator: "")
    other.send()
  }
  try other.recv()
  print("\(name): \(try done.recv())")
  if child > 0 {
    let ended = AE.cv(Int32.self)
    let watcher = AE.child(child) { _, status in ended.send(status) }
    print("the child has ended with \(try ended.recv())")
    withExtendedLifetime(watcher) {}
  }
}

do {
  if base == "fork" {
    try forking(arguments[1])
  } else if base == "tls", arguments.count == 3 {
    try overTLS(arguments[1], arguments[2])
  } else {
    try compare()
  }
} catch {
  end("\(error)", 1)
}
