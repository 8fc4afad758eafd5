import Foundation
import Testing

@testable import AEMPTool

/// Asks the shells that are installed what they offer.
struct CompletionTests {
  typealias Shell = CompletionShell

  /// Where a shell is; nil if it is not installed.
  private static func path(_ shell: Shell) -> String? {
    ["/bin", "/usr/bin", "/usr/local/bin"].map { "\($0)/\(shell.rawValue)" }
      .first(where: FileManager.default.isExecutableFile(atPath:))
  }

  private static let installed = Shell.allCases.filter { path($0) != nil }

  /// What a shell does to offer something for the line $2, after it has read the file $1.
  private static func script(_ shell: Shell) -> [String] {
    switch shell {
    case .bash:
      [
        "--norc", "-c",
        """
        source "$1"
        COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
        COMP_LINE=$2 COMP_POINT=${#2}
        _aemp
        printf '%s\\n' "${COMPREPLY[@]}"
        """, "bash",
      ]
    case .zsh:
      // Outside of its line editor it does not offer anything: so what is to be offered is printed.
      [
        "-f", "-c",
        """
        compdef() {}
        show() { local word; for word; do [[ $word == $current* ]] && print -r -- $word; done }
        _describe() { local -a all; all=("${(@P)@[-1]}"); show ${all%%:*} }
        compadd() { show "${(@P)2}" }
        _files() { show *(N) }
        source "$1"
        words=(${(z)2})
        [[ $2 == *' ' ]] && words+=('')
        CURRENT=$#words current=$words[-1]
        _aemp
        """, "zsh",
      ]
    case .fish:
      ["--no-config", "-c", "source $argv[1]; complete -C $argv[2] | string replace -r '\\t.*' ''"]
    }
  }

  /// What a shell offers for a line that ends where the cursor is.
  private func choices(_ line: String, _ shell: Shell, in tool: ToolRunner) throws -> [String] {
    let (output, errors) = try run(
      shell, Self.script(shell) + [GeneratedFileTests.file(shell), line], in: tool)
    #expect(errors == "", "\(shell): \(line)")
    return output.split(separator: "\n").map(String.init).sorted()
  }

  private func run(
    _ shell: Shell, _ arguments: [String], in tool: ToolRunner
  ) throws -> (output: String, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.path(shell)))
    process.currentDirectoryURL = URL(fileURLWithPath: tool.directory)
    process.environment = ToolRunner.sanitizer.merging([
      "AE_MP_RC": tool.file, "PATH": "/usr/bin:/bin", "HOME": tool.directory,
    ]) { $1 }
    process.arguments = arguments
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    let complaint = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (String(decoding: data, as: UTF8.self), String(decoding: complaint, as: UTF8.self))
  }

  private func check(_ shell: Shell) throws {
    let (output, errors) = try run(
      shell, ["-n", GeneratedFileTests.file(shell)], in: try ToolRunner())
    #expect(output + errors == "")
  }

  @Test("bash understands its completion")
  func bash() throws { try check(.bash) }

  @Test(
    "zsh understands its completion",
    .enabled(if: path(.zsh) != nil, "zsh is not installed, skipped"))
  func zsh() throws { try check(.zsh) }

  @Test(
    "fish understands its completion",
    .enabled(if: path(.fish) != nil, "fish is not installed, skipped"))
  func fish() throws { try check(.fish) }

  private static let names = HelpTable.groups.flatMap(\.entries).flatMap(\.names).sorted()

  @Test(
    "every command is offered, also behind another one, and nothing else", arguments: installed)
  func commands(_ shell: Shell) throws {
    let tool = try ToolRunner()
    for line in ["aemp ", "aemp gensecret ", "aemp setbinds '*:4040' ", "aemp help "] {
      #expect(try choices(line, shell, in: tool) == Self.names, "\(line)")
    }
    #expect(try choices("aemp gen", shell, in: tool) == ["gencert", "gensecret"])
    #expect(
      try choices("aemp profile p delsec", shell, in: tool) == [
        "delsecret", "delsecrets", "delsecure",
      ])
  }

  @Test("a command's options are offered behind it, and no others", arguments: installed)
  func options(_ shell: Shell) throws {
    let tool = try ToolRunner()
    for entry in HelpTable.groups.flatMap(\.entries) where !entry.options.isEmpty {
      // What takes a setting away has no options.
      for name in entry.names where !name.hasPrefix("del") {
        let options = entry.options.map { "--" + $0.option.rawValue } + ["--help"]
        #expect(try choices("aemp \(name) --", shell, in: tool) == options.sorted(), "\(name)")
      }
    }
    #expect(try choices("aemp ping --timeout ", shell, in: tool) == [])
  }

  @Test("each setting is offered to run and showconfig, with its values", arguments: installed)
  func settings(_ shell: Shell) throws {
    let tool = try ToolRunner()
    let names = try #require(
      #expect(throws: UsageError.self) {
        var parser = CommandParser(try Argument.all(["run", "x", "1"]))
        _ = try parser.parse()
      }?.sentence.components(separatedBy: "the settings are ").last)
    let settings = names.components(separatedBy: ", ").sorted()
    for line in ["aemp run ", "aemp showconfig ", "aemp run --json ", "aemp run binds '*:1' "] {
      #expect(try choices(line, shell, in: tool) == settings, "\(line)")
    }
    #expect(try choices("aemp run secure ", shell, in: tool) == ["0", "1"])
    #expect(try choices("aemp setsecure ", shell, in: tool) == ["0", "1"])
    #expect(try choices("aemp framing_format c", shell, in: tool) == ["cbor", "cbor,json"])
    #expect(try choices("aemp wait ", shell, in: tool) == ["family", "node", "port"])
    #expect(try choices("aemp wait node ", shell, in: tool) == [])
    #expect(try choices("aemp completion ", shell, in: tool) == ["bash", "fish", "zsh"])
  }

  @Test("profiles of the configuration file are offered", arguments: installed)
  func profiles(_ shell: Shell) throws {
    let tool = try ToolRunner()
    #expect(try choices("aemp profile ", shell, in: tool) == [])
    try tool.write(
      """
      {
         "profile" : {
            "base" : {},
            "seed:a" : {
               "parent" : "base",
               "zzz" : {
                  "y" : {}
               }
            },
            "seed:b" : {}
         },
         "unknown" : {
            "x" : {}
         }
      }

      """)
    let profiles = ["base", "seed:a", "seed:b"]
    for line in [
      "aemp profile ", "aemp delprofile ", "aemp showprofile ", "aemp showprofile --json ",
      "aemp profile base setparent ", "aemp profile base parent ", "aemp run profile ",
    ] { #expect(try choices(line, shell, in: tool) == profiles, "\(line)") }
    #expect(try choices("aemp showconfig b", shell, in: tool) == ["base", "binds"])
    // bash has seen a word of its own behind the colon.
    #expect(
      try choices("aemp profile seed:", shell, in: tool)
        == (shell == .bash ? ["a", "b"] : ["seed:a", "seed:b"]))
  }

  @Test("files are offered where a file is wanted", arguments: installed)
  func files(_ shell: Shell) throws {
    let tool = try ToolRunner()
    try tool.write("{}")
    #expect(try choices("aemp setcert r", shell, in: tool) == ["rc"])
    #expect(try choices("aemp trace --svg r", shell, in: tool) == ["rc"])
  }
}
