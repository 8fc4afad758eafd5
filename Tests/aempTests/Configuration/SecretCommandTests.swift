import Foundation
import Testing

@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct SecretCommandTests {
  @Test("gensecret makes a secret of 180 characters, another one each time, and prints nothing")
  func generate() throws {
    let tool = try ToolRunner()
    var seen: Set<String> = []
    for _ in 0..<3 {
      #expect(try tool.run("gensecret") == ToolResult())
      let text = try tool.text()
      let line = try #require(text.split(separator: "\n").first { $0.contains("\"secret\"") })
      let secret = try #require(line.split(separator: "\"").dropFirst(3).first)
      #expect(secret.count == 180)
      seen.insert(String(secret))
    }
    #expect(seen.count == 3)
    let mode = try FileManager.default.attributesOfItem(atPath: tool.file)[.posixPermissions]
    #expect(mode as? Int == 0o600)
  }

  @Test(
    "a secret is read from standard input, without its line end",
    arguments: ["geheimes grün", "geheimes grün\n", "geheimes grün\r\n"])
  func fromInput(_ input: String) throws {
    let tool = try ToolRunner()
    #expect(try tool.run("setsecret", "-", input: input) == ToolResult())
    #expect(try tool.text() == "{\n   \"secret\" : \"geheimes grÃ¼n\",\n   \"version\" : 1\n}\n")
  }

  @Test("what is typed is stored byte for byte, as by Perl's tool; in JSON a character is itself")
  func bytes() throws {
    let tool = try ToolRunner()
    for (arguments, secret) in [
      (["setsecret", "ganz-grün"], "ganz-grÃ¼n"),
      (["secret", "日本日本"], "æ\u{97}¥æ\u{9C}¬æ\u{97}¥æ\u{9C}¬"),
      (["setsecret", #""ganz-grün""#], "ganz-grün"),
      (["setsecret", #""ganz-gr\u00fcn""#], "ganz-grün"),
      ([#"["setsecret", "ganz-grün"]"#], "ganz-grün"),
      // Not JSON: taken as it stands.
      (["setsecret", #""nur ein Anfang"#], #""nur ein Anfang"#),
    ] {
      #expect(try tool.run(arguments) == ToolResult())
      let shown = try tool.run("showconfig", "--reveal", "--json").output
      let settings = try #require(
        try JSONSerialization.jsonObject(with: Data(shown.utf8)) as? [String: Any])
      #expect(settings["secret"] as? String == secret, "\(arguments)")
    }
    #expect(try tool.run("setsecrets", "neues-grün,altes-grün") == ToolResult())
    #expect(try tool.text().contains("\"neues-grÃ¼n\",\n      \"altes-grÃ¼n\""))
    #expect(try tool.run("setsecrets", #"["neues-grün"]"#) == ToolResult())
    #expect(try tool.text().contains("\"neues-grün\""))
    #expect(
      try tool.run("showconfig", "--reveal", "norc", "1", "secret", "ganz-grün").output
        .contains("\"ganz-grÃ¼n\""))
  }

  @Test(
    "a secret of fewer than eight characters is refused, unless it is forced",
    arguments: [
      ["setsecret", "1234567"], ["secret", "ü23456"], ["setsecrets", "12345678,1234567"],
      ["setsecrets", #"["12345678", "1234567"]"#], [#"["setsecret", "-------"]"#],
      [#"["setsecret", 1234567]"#], ["profile", "p", "setsecret", "x"], ["run", "secret", "x"],
      ["run", "p", "secrets", "12345678,x"],
    ])
  func short(_ arguments: [String]) throws {
    let tool = try ToolRunner()
    let result = try tool.run(arguments)
    #expect(result.code == 2)
    #expect(
      result.errors == """
        aemp: a secret of fewer than 8 characters can be guessed by everybody who can connect; run \
        "aemp gensecret" to get a good one, or add --force

        """)
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.directory) == [])
  }

  @Test("a short secret that is forced is taken")
  func forced() throws {
    let tool = try ToolRunner()
    for arguments in [
      ["setsecret", "--force", "x"], ["setsecret", "x", "--force"],
      ["setsecret", "--force", "-"], ["setsecret", "-", "--force"],
    ] {
      #expect(try tool.run(arguments, input: "x\n") == ToolResult())
      #expect(try tool.text().contains("\"secret\" : \"x\""))
      #expect(try tool.run("delsecret") == ToolResult())
    }
    #expect(try tool.run("setsecrets", "--force", "a,b", "nodeid", "n") == ToolResult())
    #expect(try tool.run("setsecret", "-", input: "x\n").code == 1)
    // Any other text may be a secret.
    #expect(try tool.run("setsecret", "--forced") == ToolResult())
  }

  @Test(
    "\"-\" as the value of any setting reads standard input",
    arguments: [
      (["setsecret", "-"], "of the network", #""secret":"of the network""#),
      (["secrets", "-"], "the new one,the old one", #""secrets":["the new one","the old one"]"#),
      (["setsecrets", "-"], #"["the new one"]"#, #""secrets":["the new one"]"#),
      (["setbinds", "-"], "*:4040,h:1", #""binds":["*:4040","h:1"]"#),
      (["addseed", "-"], "h:1", #""seeds":["h:1"]"#),
      (["addservice", "-"], #"["f::g", 1]"#, #""services":[["f::g",1]]"#),
      (["setnodeid", "-"], "anon/", #""nodeid":"anon/""#),
      (["monitor_timeout", "-"], "7", #""monitor_timeout":7"#),
      ([#"["setsecret", "-"]"#], "of the network", #""secret":"of the network""#),
    ])
  func input(_ arguments: [String], _ text: String, _ expected: String) throws {
    let tool = try ToolRunner()
    #expect(try tool.run(arguments, input: text + "\n") == ToolResult())
    let shown = try tool.run("showconfig", "--reveal", "--json", "p").output
    #expect(shown.contains(expected), "\(shown)")
  }

  @Test("showconfig and run read a value from standard input, too")
  func inputOfArguments() throws {
    let tool = try ToolRunner()
    let shown = try tool.run(
      "showconfig", "--reveal", "--json", "norc", "1", "secret", "-", "nodeid", "n",
      input: "von ganz woanders\n")
    #expect(shown.output.contains(#""secret":"von ganz woanders""#))
    #expect(shown.output.contains(#""nodeid":"n""#))
    let refused = try tool.run("run", "secret", "-", "binds", "127.0.0.1:*", input: "kurz\n")
    #expect(refused.code == 1)
    #expect(refused.errors.contains("fewer than 8 characters"))
  }

  @Test("what reads or writes nothing of the kind refuses \"-\", and nothing takes it for a value")
  func dashes() throws {
    let tool = try ToolRunner()
    let twice = try tool.run("setsecret", "-", "setsecrets", "-", input: "eins zwei drei\n")
    #expect(twice.code == 2)
    #expect(twice.errors.contains("can be read once"))
    #expect(try tool.run("setcert", "-", "setsecret", "-").code == 2)
    for arguments in [["trace", "--svg", "-"], ["run", "--pid-file", "-"]] {
      let result = try tool.run(arguments)
      #expect(result.code == 2)
      #expect(result.errors.contains("the name of a file"))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.directory) == [])
    // Written as JSON it is a text like any other.
    #expect(try tool.run("seteval", #""-""#) == ToolResult())
    #expect(try tool.text().contains("\"eval\" : \"-\""))
  }

  @Test("a secret on standard input that cannot be used is refused, and there is no file")
  func badInput() throws {
    let tool = try ToolRunner()
    #expect(
      try tool.run("setsecret", "-")
        == ToolResult(
          errors: "aemp: the secret is empty; run \"aemp gensecret\" to get a good one\n", code: 1))
    #expect(
      try tool.run("setsecret", "-", input: "a\nb\n")
        == ToolResult(
          errors: """
            aemp: standard input must hold one line of UTF-8 of at most 65536 bytes; pipe only the \
            value

            """, code: 1))
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.directory) == [])
  }

  @Test("several secrets can be set while the network changes its secret, and are not shown")
  func severalSecrets() throws {
    let tool = try ToolRunner()
    #expect(
      try tool.run("setsecrets", "das-neue,das-alte", "setsecret", "das-alte") == ToolResult())
    #expect(try tool.text().contains("\"das-neue\""))
    let shown = try tool.run("showconfig")
    #expect(shown.output.contains("\"secrets\" : \"********\""))
    #expect(!shown.output.contains("das-neue") && !shown.output.contains("das-alte"))
    #expect(try tool.run("showconfig", "--reveal").output.contains("das-neue"))
    #expect(try tool.run("delsecrets") == ToolResult())
    #expect(try tool.text() == "{\n   \"secret\" : \"das-alte\",\n   \"version\" : 1\n}\n")
  }

  @Test("a secret on the command line is gone from the list of processes")
  func overwritten() throws {
    let tool = try ToolRunner()
    let (process, input, _, _) = tool.process(["setsecret", "geheimnis", "setsecret", "-"])
    try process.run()
    let path = "/proc/\(process.processIdentifier)/cmdline"
    let deadline = Date(timeIntervalSinceNow: 60)
    var line = ""
    // The process waits for its input: it is seen as it is while it lives.
    repeat {
      line = String(
        decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    } while !line.hasSuffix("setsecret\0xxxxxxxxx\0setsecret\0-\0") && Date() < deadline
    #expect(line.hasSuffix("setsecret\0xxxxxxxxx\0setsecret\0-\0"))
    try input.fileHandleForWriting.write(contentsOf: Data("anders als zuvor".utf8))
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(try tool.text().contains("\"anders als zuvor\""))
  }
}
