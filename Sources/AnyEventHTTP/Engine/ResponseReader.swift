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
  mutating func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    room -= bytes.count
    guard room >= 0 else { return false }
    var end = bytes.count
    while end > 0, bytes[end - 1] == 10 || bytes[end - 1] == 13 { end -= 1 }
    let line = UnsafeRawBufferPointer(rebasing: bytes[..<end])
    guard let first = line.first else {
      // Headers with a status from 100 to 199 come before the response.
      if headers.status >= 200 || headers.status == 101 { isComplete = true }
      return true
    }
    if !isComplete, line.starts(with: "HTTP/".utf8) {
      begin(line)
    } else if first == 32 || first == 9 {
      if let lastName { headers.fields[lastName]?.append(" " + Self.text(line, 0, line.count)) }
    } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
      let name = HTTPBody.text(of: line[..<colon].map(HTTPToken.lowercased))
      lastName = name
      headers.add(name, Self.text(line, colon + 1, line.count))
    }
    return true
  }

  /// Begins anew with a status line, such as `HTTP/1.1 200 OK`.
  private mutating func begin(_ line: UnsafeRawBufferPointer) {
    let version = line.firstIndex(of: 32) ?? line.count
    let status = line[version...].dropFirst().firstIndex(of: 32) ?? line.count
    headers = HTTPHeaders(
      status: Int(Self.text(line, version, status)) ?? 0,
      reason: Self.text(line, status, line.count), url: headers.url)
    headers.httpVersion = Self.text(line, 5, version)
    lastName = nil
  }

  /// The text of a part of a line without the spaces around it.
  private static func text(_ line: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> String {
    var (start, end) = (start, end)
    while start < end, line[start] == 32 || line[start] == 9 { start += 1 }
    while start < end, line[end - 1] == 32 || line[end - 1] == 9 { end -= 1 }
    return HTTPBody.text(of: Array(line[start..<end]))
  }
}
