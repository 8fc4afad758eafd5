/// Puts the headers of a response together from their lines.
struct ResponseReader {
  private(set) var headers: HTTPHeaders
  /// Whether the last line of the headers has arrived; what comes behind are trailers.
  private(set) var isComplete = false
  /// How many bytes may come still.
  private var room: Int
  private var lastName: String?

  init(url: String, limit: Int) {
    headers = HTTPHeaders(url: url)
    room = max(0, limit)
  }

  /// Takes a line with its end; false if that is more than there may be.
  mutating func take(_ line: UnsafeRawBufferPointer) -> Bool {
    room -= line.count
    guard room >= 0 else { return false }
    var line = line[...]
    while let last = line.last, last == 10 || last == 13 { line.removeLast() }
    guard let first = line.first else {
      // What says 100 to 199 comes before the response.
      if headers.status >= 200 || headers.status == 101 { isComplete = true }
      return true
    }
    if !isComplete, line.starts(with: "HTTP/".utf8) {
      begin(line)
    } else if first == 32 || first == 9 {
      if let lastName { headers.fields[lastName]?.append(" " + Self.text(line)) }
    } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
      let name = HTTPBody.text(of: line[..<colon].map(HTTPToken.lowercased))
      lastName = name
      headers.add(name, Self.text(line[(colon + 1)...]))
    }
    return true
  }

  /// Begins anew with a status line, such as `HTTP/1.1 200 OK`.
  private mutating func begin(_ line: Slice<UnsafeRawBufferPointer>) {
    let parts = line.dropFirst(5).split(
      separator: 32, maxSplits: 2, omittingEmptySubsequences: false)
    headers = HTTPHeaders(
      status: parts.count > 1 ? Int(HTTPBody.text(of: parts[1])) ?? 0 : 0,
      reason: parts.count > 2 ? Self.text(parts[2]) : "", url: headers.url)
    headers.httpVersion = HTTPBody.text(of: parts[0])
    lastName = nil
  }

  /// The text of a value without the spaces around it.
  private static func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
    var bytes = bytes
    while let first = bytes.first, first == 32 || first == 9 { bytes.removeFirst() }
    while let last = bytes.last, last == 32 || last == 9 { bytes.removeLast() }
    return HTTPBody.text(of: bytes)
  }
}
