/// Collects bytes and gives them back line by line; a line split over many segments is searched once.
struct LineReader {
  /// What `next` found.
  enum Line: Equatable {
    /// There is no complete line yet.
    case incomplete
    /// There can be no line of allowed length any more.
    case tooLong
    /// A line without its ending, LF or CR LF.
    case line([UInt8])
  }

  private var bytes: [UInt8] = []
  private var start = 0
  private var searched = 0

  /// How many bytes were not given back yet.
  var count: Int { bytes.count - start }

  mutating func append(_ more: UnsafeRawBufferPointer) { bytes.append(contentsOf: more) }

  /// The next line, at most ``GreetingLines/maximumLength`` bytes with its ending.
  mutating func next() -> Line {
    let limit = start + GreetingLines.maximumLength
    guard let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
      searched = bytes.count
      return bytes.count >= limit ? .tooLong : .incomplete
    }
    guard end < limit else { return .tooLong }
    let hasReturn = end > start && bytes[end - 1] == UInt8(ascii: "\r")
    let line = Array(bytes[start..<(hasReturn ? end - 1 : end)])
    start = end + 1
    searched = start
    return .line(line)
  }

  /// All bytes behind the lines that were given back; the reader is empty afterwards.
  mutating func takeRest() -> [UInt8] {
    let rest = Array(bytes[start...])
    self = LineReader()
    return rest
  }
}
