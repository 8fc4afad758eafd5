import Foundation
import Testing

@testable import aemp

/// The manual page has the commands and options of the help, no more, no less.
struct ManualTests {
  /// What the manual page says about some commands together.
  private struct Section: Equatable {
    var names: [String] = []
    var short: String?
    var options: [String] = []
  }

  private static func sections() -> [Section] {
    var sections: [Section] = []
    var isInHead = false
    for line in ManualPage.text.split(separator: "\n").map({
      $0.replacingOccurrences(of: "\\-", with: "-")
    }) {
      if line.hasPrefix(".It Ic ") {
        if !isInHead { sections.append(Section()) }
        isInHead = true
        let words = line.dropFirst(7).split(whereSeparator: { $0 == " " || $0 == "\"" })
        // A profile comes before some of them.
        let isInProfile = words[0] == "profile" && words[2] != "COMMAND..."
        let name = isInProfile ? words[2] : words[0]
        sections[sections.count - 1].names.append(String(name))
        continue
      }
      isInHead = false
      guard !sections.isEmpty else { continue }
      if line.hasPrefix(".It Fl Fl "), let option = line.split(separator: " ").dropFirst(3).first {
        sections[sections.count - 1].options.append(String(option))
      }
      if let also = line.range(of: "Also: "), line.hasSuffix(".") {
        sections[sections.count - 1].short = String(line[also.upperBound...].dropLast())
      }
    }
    return sections
  }

  @Test("the manual page has every command with its options, and no others")
  func manual() throws {
    let sections = Self.sections()
    let entries = HelpTable.groups.flatMap(\.entries)
    #expect(sections.count == entries.count)
    for entry in entries {
      let section = try #require(sections.first { $0.names.contains(entry.names[0]) })
      let isShort = entry.names.count > 1 && entry.names[0] == "set" + entry.names[1]
      // The other spellings of help are in its own usage.
      let names = entry.names.filter {
        $0 != section.short && (entry.names[0] != "help" || $0 == "help")
      }
      #expect(Set(section.names).subtracting(["COMMAND"]) == Set(names))
      #expect(section.short == (isShort ? entry.names[1] : nil))
      #expect(Set(section.options) == Set(entry.options.map(\.option.rawValue)))
    }
  }

  @Test("the manual page has every exit code")
  func exitCodes() throws {
    let text = ManualPage.text
    let start = try #require(text.range(of: ".Sh EXIT STATUS"))
    for code in ExitCode.allCases {
      #expect(text[start.upperBound...].contains("\n.It \(code.rawValue)\n"))
    }
  }
}
