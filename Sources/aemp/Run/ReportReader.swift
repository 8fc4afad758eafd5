/// Puts reports together from what arrives of them.
struct ReportReader {
  /// How long a report may be: ours are shorter.
  static let limit = 1 << 20
  private var rest: [UInt8] = []

  /// Takes bytes as they come and returns the reports that are complete with them.
  mutating func feed(_ bytes: some Collection<UInt8>) -> [WorkerReport] {
    rest += bytes
    var reports: [WorkerReport] = []
    var start = rest.startIndex
    while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
      if let report = WorkerReport(line: rest[start..<end]) { reports.append(report) }
      start = end + 1
    }
    rest.removeSubrange(..<start)
    if rest.count > Self.limit { rest = [] }
    return reports
  }
}
