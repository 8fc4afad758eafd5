import Foundation
import TestSupport
import Testing

@Suite(
  "Standard descriptors that are closed at the start",
  .enabled(if: ProbeProgram.path != nil, "the program was not built, skipped"))
struct ClosedDescriptorTests {
  /// All combinations of closed ones, by number.
  private static let combinations = (1..<8).map { bits in
    (0...2).filter { bits & 1 << $0 != 0 }
  }

  /// What the standard descriptors are after everything was opened, and how it ended.
  private func report(_ closed: [Int], _ arguments: String) throws -> [String] {
    let directory = try TemporaryDirectory()
    let closing = closed.map { $0 == 0 ? "0<&-" : "\($0)>&-" }.joined(separator: " ")
    let result = try ProbeProgram.run(
      "exec \(closing); exec \"$probe\" descriptors '\(directory.path)' \(arguments)")
    #expect(result.code == 0)
    let text = try directory.text(of: "report")
    #expect(try directory.text(of: "log").contains("a line for the file"))
    return text.split(separator: "\n").map(String.init)
  }

  @Test("nothing of ours takes their numbers", arguments: combinations)
  func program(_ closed: [Int]) throws {
    let lines = try report(closed, "")
    for number in closed { #expect(lines[number] == "/dev/null") }
    #expect(lines.dropFirst(3) == ["done"])
  }

  @Test("a guest leaves them to its host as it has found them", arguments: combinations)
  func guest(_ closed: [Int]) throws {
    #expect(try report(closed, "guest").dropFirst(3) == ["done"])
  }
}
