import Foundation
import Testing

@testable import AnyEventMP

/// What no compiler sees: that each row is in the table, and that all that has to be written by hand names it.
@Suite("The table of settings") struct SettingTableTests {
  private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(Self.package)/\(name)", encoding: .utf8)
  }

  private func configuration(_ name: String) throws -> String {
    try text("Sources/AnyEventMP/Configuration/\(name)")
  }

  /// `max_queue` for `maxQueue`.
  private func snake(_ name: some StringProtocol) -> String {
    name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
  }

  @Test("each row is in the table, once")
  func complete() throws {
    let rows = "Sources/AnyEventMP/Configuration/Settings/Rows"
    let files = try FileManager.default.contentsOfDirectory(atPath: "\(Self.package)/\(rows)")
    var names: [String] = []
    for file in files {
      names += try text("\(rows)/\(file)").matches(of: /(?:Setting|Limit)\(\s*"(\w+)",/).map {
        String($0.1)
      }
    }
    #expect(names.count >= Setting.all.count)
    for name in names {
      #expect(
        Setting.all.filter { $0.name == name }.count == 1,
        "\(name) is not in Setting.general or Limit.all, or there twice")
      #expect(Setting.named(name)?.name == name)
    }
  }

  @Test("each limit has the name of its row, and is an argument of configure with that name")
  func arguments() throws {
    let names = Limit.all.map(\.setting.name)
    let rows = try configuration("Settings/Rows/Limit+Rows.swift")
      .matches(of: /static let (\w+): Limit = Limit\(\s*"(\w+)",/)
    #expect(rows.map { String($0.2) } == names)
    for row in rows { #expect(snake(row.1) == row.2) }
    let arguments = try configuration("NodeLimits.swift")
    let declared = arguments.matches(of: /(max_\w+): Int\? = nil/).map { String($0.1) }
    #expect(declared == names)
    let taken = arguments.matches(of: /set\(\.(\w+), (\w+)\)/)
    #expect(taken.map { String($0.2) } == names)
    for line in taken { #expect(snake(line.1) == line.2) }
    let documented = arguments.matches(of: #////   - (max_\w+): ([^:]*?)\((.*?)\)/#)
    #expect(documented.map { String($0.1) } == names)
    for (paragraph, limit) in zip(documented, Limit.all) {
      #expect(figure(in: paragraph.3) == limit.standard, "\(limit.setting.name)")
    }
  }

  @Test("SECURITY.md has each limit, with its figure")
  func security() throws {
    let rows = try text("SECURITY.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
    for setting in Setting.limits {
      let row = rows.filter { $0.hasPrefix("| `\(setting.name)` | ") }
      #expect(!row.isEmpty, "SECURITY.md has no row for \(setting.name)")
    }
    for limit in Limit.all {
      for row in rows where row.hasPrefix("| `\(limit.setting.name)` | ") {
        let figure = figure(in: row.split(separator: "|")[1])
        #expect(figure == limit.standard, "SECURITY.md: \(row)")
      }
    }
  }

  /// The first number of a text, such as 64, 200,000 or 16 MiB.
  private func figure(in text: some StringProtocol) -> Int? {
    guard let match = String(text).firstMatch(of: /(\d[\d,]*\d|\d)( MiB)?/) else { return nil }
    let number = Int(match.1.filter { $0 != "," })
    return match.2 == nil ? number : number.map { $0 << 20 }
  }
}
