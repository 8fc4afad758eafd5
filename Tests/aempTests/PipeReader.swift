import Foundation

/// Reads line by line what a process writes into a pipe.
final class PipeReader {
  private let pipe: Pipe
  private var unread = Data()

  init(_ pipe: Pipe) { self.pipe = pipe }

  /// The next line, without its end; nil when nobody can write there any more.
  func line() -> String? {
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        defer { unread = Data(unread[(end + 1)...]) }
        return String(decoding: unread[..<end], as: UTF8.self)
      }
      let data = pipe.fileHandleForReading.availableData
      if data.isEmpty { return nil }
      unread += data
    }
  }

  /// All that is written until nobody can write there any more and was not read as a line.
  func rest() throws -> String {
    unread += try pipe.fileHandleForReading.readToEnd() ?? Data()
    return String(decoding: unread, as: UTF8.self)
  }

  /// Nobody reads there any more.
  func close() throws { try pipe.fileHandleForReading.close() }
}
