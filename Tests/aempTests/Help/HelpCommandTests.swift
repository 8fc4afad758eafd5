import Foundation
import Testing

@testable import aemp

@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct HelpCommandTests {
  @Test("help about one command is the same by all of its names")
  func one() throws {
    let tool = try ToolRunner()
    let help = ToolResult(
      output: """
        usage: aemp [profile NAME] setcert FILE|-
           or: aemp [profile NAME] delcert

        Key and certificate from a PEM file; "-": standard input.

        The file holds, in any order, one private key without a pass phrase, its
        certificate, and perhaps further certificates to trust. They are copied: the
        file is not needed any more.

        setcert may be written without "set": cert.

        Exit codes:
          0  all was done
          1  something went wrong that has no code of its own
          2  the command line could not be understood; nothing was done

        Examples:
          aemp setcert node.pem
          aemp delcert

        """)
    for arguments in [
      ["help", "setcert"], ["help", "cert"], ["--help", "delcert"], ["setcert", "--help"],
      ["cert", "--help"],
    ] {
      #expect(try tool.run(arguments[0], arguments[1]) == help)
    }
  }

  @Test("options are listed with what stands behind them")
  func options() throws {
    let tool = try ToolRunner()
    let help = try tool.run("help", "ping")
    #expect(
      help
        == ToolResult(
          output: """
            usage: aemp [profile NAME] ping [OPTION...] NODE

            Measure round trips to a node.

            Options:
              --json                print JSON, one object a line: {"node": "…", "count": N,
                                    "min_ms": …, "median_ms": …, "max_ms": …}
              --count N             measure so many; otherwise 5
              --timeout SECONDS     give up after so many seconds; otherwise 300

            Exit codes:
              0  all was done
              1  something went wrong that has no code of its own
              2  the command line could not be understood; nothing was done
              3  there is no such node, or it cannot be reached
              5  secret or certificate are not accepted, here or there
              6  what was waited for did not happen in time

            Example:
              aemp ping --count 10 seed/x

            """))
  }

  @Test("help in JSON is an object for each command, one a line")
  func json() throws {
    let tool = try ToolRunner()
    let one = try tool.run("help", "--json", "delprofile")
    #expect(
      one
        == ToolResult(
          output: #"{"commands":["delprofile"],"examples":["aemp delprofile xyzzy"],"#
            + #""exit_codes":{"0":"all was done","#
            + #""1":"something went wrong that has no code of its own","#
            + #""2":"the command line could not be understood; nothing was done"},"#
            + #""options":{},"summary":"remove a profile","text":[],"#
            + #""usage":["aemp delprofile NAME"]}"# + "\n"))
    let all = try tool.run("help", "--json")
    #expect(all.errors == "" && all.code == 0)
    let lines = all.output.split(separator: "\n").map(String.init)
    #expect(lines.count == HelpTable.groups.flatMap(\.entries).count)
    #expect(lines.contains { $0 + "\n" == one.output })
    for line in lines {
      #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
    }
  }

  @Test("with help, nothing else of the command line is done")
  func nothingElse() throws {
    let tool = try ToolRunner()
    let help = try tool.run("help", "gensecret")
    #expect(try tool.run("gencert", "gensecret", "--help") == help)
    #expect(try tool.run("gensecret", "help", "gensecret") == help)
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.directory) == [])
  }

  @Test("help about what is no command is a mistake")
  func unknown() throws {
    let tool = try ToolRunner()
    #expect(
      try tool.run("help", "frobnicate")
        == ToolResult(
          errors: "aemp: there is no command \"frobnicate\"; see \"aemp help\"\n", code: 2))
    #expect(
      try tool.run("help", "snd", "cal")
        == ToolResult(
          errors: """
            aemp: help takes at most one command, such as: help snd; "cal" is one argument too many

            """, code: 2))
  }

  @Test("the version is shown, also as JSON")
  func version() throws {
    let tool = try ToolRunner()
    #expect(try tool.run("--version") == ToolResult(output: "aemp \(Version.text)\n"))
    #expect(
      try tool.run("--version", "--json")
        == ToolResult(output: "{\"version\":\"\(Version.text)\"}\n"))
  }

  @Test("manual page and completions are printed")
  func files() throws {
    let tool = try ToolRunner()
    #expect(try tool.run("manual") == ToolResult(output: ManualPage.text))
    for shell in CompletionShell.allCases {
      #expect(
        try tool.run("completion", shell.rawValue) == ToolResult(output: Completion.text(shell)))
    }
  }
}
