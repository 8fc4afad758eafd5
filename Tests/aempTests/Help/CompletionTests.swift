import Foundation
import Testing

@testable import aemp

/// Runs bash with the completion function.
struct CompletionTests {
  /// What bash offers for a line that ends where the cursor is.
  private func choices(_ line: String, in tool: ToolRunner) throws -> [String] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.currentDirectoryURL = URL(fileURLWithPath: tool.directory)
    process.environment = ["AE_MP_RC": tool.file, "PATH": "/usr/bin:/bin"]
    let script = """
      source "$1"
      COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
      COMP_LINE=$2 COMP_POINT=${#2}
      _aemp
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let file = ManualTests.share + "/bash-completion/completions/aemp"
    process.arguments = ["--norc", "-c", script, "bash", file, line]
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    let complaint = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(String(decoding: complaint, as: UTF8.self) == "", "\(line)")
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init).sorted()
  }

  private static let names = HelpTable.groups.flatMap(\.entries).flatMap(\.names).sorted()

  @Test("every command is offered, also behind another one, and nothing else")
  func commands() throws {
    let tool = try ToolRunner()
    for line in ["aemp ", "aemp gensecret ", "aemp setbinds '*:4040' ", "aemp help "] {
      #expect(try choices(line, in: tool) == Self.names, "\(line)")
    }
    #expect(try choices("aemp gen", in: tool) == ["gencert", "gensecret"])
    #expect(
      try choices("aemp profile p delsec", in: tool) == ["delsecret", "delsecrets", "delsecure"])
  }

  @Test("a command's options are offered behind it, and no others")
  func options() throws {
    let tool = try ToolRunner()
    for entry in HelpTable.groups.flatMap(\.entries) where !entry.options.isEmpty {
      // What takes a setting away has no options.
      for name in entry.names where !name.hasPrefix("del") {
        let options = entry.options.map { "--" + $0.option.rawValue } + ["--help"]
        #expect(try choices("aemp \(name) --", in: tool) == options.sorted(), "\(name)")
      }
    }
    #expect(try choices("aemp ping --timeout ", in: tool) == [])
  }

  @Test("each setting is offered to run and showconfig, with its values")
  func settings() throws {
    let tool = try ToolRunner()
    let names = try #require(
      #expect(throws: UsageError.self) {
        var parser = CommandParser(try Argument.all(["run", "x", "1"]))
        _ = try parser.parse()
      }?.sentence.components(separatedBy: "the settings are ").last)
    let settings = names.components(separatedBy: ", ").sorted()
    for line in ["aemp run ", "aemp showconfig ", "aemp run --json ", "aemp run binds '*:1' "] {
      #expect(try choices(line, in: tool) == settings, "\(line)")
    }
    #expect(try choices("aemp run secure ", in: tool) == ["0", "1"])
    #expect(try choices("aemp setsecure ", in: tool) == ["0", "1"])
    #expect(try choices("aemp framing_format c", in: tool) == ["cbor", "cbor,json"])
    #expect(try choices("aemp wait ", in: tool) == ["family", "node", "port"])
    #expect(try choices("aemp wait node ", in: tool) == [])
  }

  @Test("profiles of the configuration file are offered")
  func profiles() throws {
    let tool = try ToolRunner()
    #expect(try choices("aemp profile ", in: tool) == [])
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
    ] { #expect(try choices(line, in: tool) == profiles, "\(line)") }
    #expect(try choices("aemp showconfig b", in: tool) == ["base", "binds"])
    // bash has seen a word of its own behind the colon.
    #expect(try choices("aemp profile seed:", in: tool) == ["a", "b"])
  }

  @Test("files are offered where a file is wanted")
  func files() throws {
    let tool = try ToolRunner()
    try tool.write("{}")
    #expect(try choices("aemp setcert r", in: tool) == ["rc"])
    #expect(try choices("aemp trace --svg r", in: tool) == ["rc"])
  }
}
