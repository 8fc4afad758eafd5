import AnyEventMP
import Foundation
import Testing

@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct UsageTests {
  @Test(
    "a command line that cannot be understood costs one sentence and exit code 2, and does nothing",
    arguments: [
      ([], "no command given; see \"aemp help\""),
      (["frobnicate"], "there is no command \"frobnicate\"; see \"aemp help\""),
      (["gensecret", "surplus"], "there is no command \"surplus\"; see \"aemp help\""),
      (["gensecret", "setsecret"], "setsecret needs a value, such as: setsecret geheimnis"),
      (["gensecret", "binds"], "binds needs a value, such as: setbinds '*:4040'"),
      (["addseed"], "addseed needs a value, such as the one of: setseeds 10.0.0.1:4040"),
      (["delprofile"], "delprofile needs the name of a profile, such as: delprofile seed"),
      (["binds", "*:4040", "surplus"], "there is no command \"surplus\"; see \"aemp help\""),
      (["ping"], "ping needs one node id, such as: ping seed/x"),
      (
        ["ping", "a", "b"],
        "ping takes one node id, such as: ping seed/x; \"b\" is one argument too many"
      ),
      (["snd"], "snd needs a port and a message, such as: snd 'seed/x#y' test 1"),
      (
        ["secure", "maybe"],
        "secure on the command line: \"maybe\" is neither 1 nor 0; write for example setsecure 1"
      ),
      (
        [#"["nodelay", []]"#],
        "nodelay on the command line is a list but must be 1 or 0; write for example setnodelay 1"
      ),
      (
        [#"["binds", ["*:1", []]]"#],
        "element 2 of binds on the command line is a list but must be a string; write for example setbinds '*:4040'"
      ),
      (
        ["framing_format", "morse"],
        "framing_format on the command line: the list names nothing that is known; write for example setframing_format cbor,json"
      ),
      (["showconfig", "--frob"], "showconfig has no option --frob; it takes --json, --reveal"),
      (
        ["completion", "tcsh"],
        "completion takes the name of a shell, bash, zsh or fish, such as: completion bash, not \"tcsh\""
      ),
      (["profile"], "profile needs the name of a profile, such as: profile seed binds '*:4040'"),
      (
        ["profile", ""], "profile needs the name of a profile, such as: profile seed binds '*:4040'"
      ),
      (
        ["setparent", "base"],
        "setparent needs a profile before it, such as: profile seed setparent base"
      ),
      (
        ["gensecret", "showprofile"],
        "showprofile needs the name of a profile, such as: showprofile seed"
      ),
      (
        ["setbinds", "h:x"],
        "binds on the command line: \"h:x\" has the port \"x\", which is no number from 0 to 65535 nor *; write for example setbinds '*:4040'"
      ),
      (
        ["monitor_timeout", "soon"],
        "monitor_timeout on the command line: \"soon\" is no number; write for example setmonitor_timeout 30"
      ),
      (
        ["setnodeid", "a b"],
        "nodeid on the command line: \"a b\" makes the node id \"a b\", but a node id has only A-Z a-z 0-9 _ - . : /; write for example setnodeid anon/"
      ),
      (["setsecret", ""], "the secret is empty; run \"aemp gensecret\" to get a good one"),
      (
        ["services", "[1"],
        "the argument [1 starts like JSON but is none; correct it, or leave the brackets out"
      ),
      (
        ["[\"gensecret\""],
        "the argument starts like JSON but is none; write a command or [\"command\", \"argument\"]"
      ),
      (["[[]]"], "a command must be a string, not []; see \"aemp help\""),
      (["eval", "seed/x"], "eval needs an expression, such as: eval seed/x '$$'"),
      (
        ["run", "bind", "*:4040"],
        "there is no setting \"bind\"; the settings are profile, norc, force, "
          + Setting.all.dropLast().map(\.name).joined(separator: ", ")
      ),
    ] as [([String], String)])
  func usage(_ arguments: [String], _ sentence: String) throws {
    let tool = try ToolRunner()
    let (process, _, output, errors) = tool.process(arguments)
    try process.run()
    let written = try output.fileHandleForReading.readToEnd() ?? Data()
    let complaint = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(written.isEmpty)
    #expect(String(decoding: complaint, as: UTF8.self) == "aemp: \(sentence)\n")
    #expect(process.terminationStatus == 2)
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.directory) == [])
  }

  @Test("a configuration file that cannot be used costs one sentence and exit code 1")
  func badFile() throws {
    let tool = try ToolRunner()
    try tool.write("{\"seeds\": }\n")
    let parsing = try tool.run("gensecret")
    #expect(parsing.code == 1)
    #expect(parsing.output == "")
    #expect(parsing.errors.hasPrefix("aemp: \(tool.file):1:11: "))
    #expect(parsing.errors.hasSuffix("; correct it there, the file was left as it is\n"))
    #expect(try tool.text() == "{\"seeds\": }\n")

    try tool.write(#"{"seeds": "h:1", "profile": {"a": {"parent": "b"}, "b": {}}}"#)
    #expect(
      try tool.run("addseed", "h:2")
        == ToolResult(
          errors: """
            aemp: seeds in \(tool.file) is a string but must be a list of strings; write for \
            example "seeds": ["10.0.0.1:4040"]

            """, code: 1))
    #expect(
      try tool.run("gensecret", "profile", "b", "parent", "a")
        == ToolResult(
          errors: """
            aemp: the profiles of \(tool.file) are parents in a circle, "b" → "a" → "b"; remove one \
            "parent" of them

            """, code: 1))
    #expect(
      try tool.run("showprofile", "c")
        == ToolResult(
          errors:
            "aemp: there is no profile \"c\" in \(tool.file); its profiles are \"a\", \"b\"\n",
          code: 1))
    #expect(try tool.text() == #"{"seeds": "h:1", "profile": {"a": {"parent": "b"}, "b": {}}}"#)
  }

  @Test("help is the same in all spellings and fits into 80 columns")
  func help() throws {
    let tool = try ToolRunner()
    let help = try tool.run("help")
    #expect(help.code == 0)
    #expect(help.errors == "")
    #expect(
      help.output.hasPrefix("usage: aemp [profile NAME] COMMAND [ARGUMENT...] [COMMAND...]\n"))
    #expect(help.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(try tool.run("--help") == help)
    #expect(try tool.run("-h") == help)
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.directory) == [])
  }
}
