import Foundation
import Testing

@testable import aemp

/// The files under `scripts/share` are what the tool prints.
struct GeneratedFileTests {
  static let share = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("scripts/share").path

  /// Where the completion for a shell is.
  static func file(_ shell: CompletionShell) -> String {
    switch shell {
    case .bash: share + "/bash-completion/completions/aemp"
    case .zsh: share + "/zsh/site-functions/_aemp"
    case .fish: share + "/fish/vendor_completions.d/aemp.fish"
    }
  }

  /// Compares by lines, so that the first one that differs is shown and not all of them.
  private func compare(_ file: String, _ text: String) throws {
    let lines = try String(contentsOfFile: file, encoding: .utf8).components(separatedBy: "\n")
    let wanted = text.components(separatedBy: "\n")
    let place = zip(lines, wanted).enumerated().first { $0.element.0 != $0.element.1 }
    if let place {
      Issue.record(
        """
        \(file) is stale, run scripts/generate: line \(place.offset + 1) is \
        "\(place.element.0)" and should be "\(place.element.1)"
        """)
    } else if lines.count != wanted.count {
      Issue.record("\(file) is stale, run scripts/generate: it has \(lines.count) lines")
    }
  }

  @Test("the manual page is up to date")
  func manual() throws { try compare(Self.share + "/man/man1/aemp.1", ManualPage.text) }

  @Test("the completions are up to date", arguments: CompletionShell.allCases)
  func completion(_ shell: CompletionShell) throws {
    try compare(Self.file(shell), Completion.text(shell))
  }
}
