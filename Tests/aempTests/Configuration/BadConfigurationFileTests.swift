import Foundation
import Testing

/// Configuration files that cannot be used: one sentence, exit code 1, and the file is as it was.
@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct BadConfigurationFileTests {
  /// Checks that commands complain, `FILE` standing for the configuration file in the sentence.
  private func check(
    _ contents: String?, _ commands: [[String]], _ sentence: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let tool = try ToolRunner()
    if let contents { try tool.write(contents) }
    for arguments in commands {
      let result = try tool.run(arguments)
      let expected = "aemp: " + sentence.replacingOccurrences(of: "FILE", with: tool.file) + "\n"
      #expect(
        result == ToolResult(errors: expected, code: 1), "\(arguments)",
        sourceLocation: sourceLocation)
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: tool.directory)
    #expect(names == (contents == nil ? [] : ["rc"]), sourceLocation: sourceLocation)
    if let contents { #expect(try tool.text() == contents, sourceLocation: sourceLocation) }
  }

  private static let readers = [
    ["showconfig"], ["showprofile", "p"], ["run"], ["nodes"], ["snd", "n#p", "x"],
  ]
  private static let editors = [
    ["gensecret"], ["gencert"], ["addseed", "h:2"], ["delbinds"], ["profile", "p", "nodeid", "a"],
    ["delprofile", "p"],
  ]

  @Test("a file that is no JSON")
  func syntax() throws {
    try check(
      "{\"seeds\": }\n", Self.readers + Self.editors,
      "FILE:1:11: unexpected byte; correct it there, the file was left as it is")
    try check(
      "{\"seeds\": [\n", Self.readers + Self.editors,
      "FILE:2:1: the data ends in the middle of a document; correct it there, the file was left as it is"
    )
    try check(
      "[1]\n", Self.readers + Self.editors,
      """
      FILE:1:1: the file holds a list but must hold an object, such as {"version": 1}; correct it \
      there
      """)
  }

  @Test("a file that cannot be read")
  func unreadable() throws {
    let tool = try ToolRunner()
    try FileManager.default.createDirectory(atPath: tool.file, withIntermediateDirectories: false)
    for arguments in Self.readers + Self.editors {
      #expect(
        try tool.run(arguments)
          == ToolResult(
            errors: """
              aemp: cannot read the configuration file \(tool.file): Is a directory; correct that, \
              or name another file in AE_MP_RC

              """, code: 1))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.directory) == ["rc"])
  }

  @Test("a pipe")
  func pipe() throws {
    let tool = try ToolRunner()
    try #require(mkfifo(tool.file, 0o600) == 0)
    for arguments in Self.readers + Self.editors {
      #expect(
        try tool.run(arguments)
          == ToolResult(
            errors: """
              aemp: the configuration file \(tool.file) is no regular file; name another file in \
              AE_MP_RC

              """, code: 1))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.directory) == ["rc"])
    var status = stat()
    #expect(stat(tool.file, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
  }

  @Test("a device that stands for no configuration")
  func device() throws {
    let tool = try ToolRunner()
    tool.file = "/dev/null"
    #expect(try tool.run("showconfig").code == 0)
  }

  @Test("a directory that is not there")
  func unwritable() throws {
    let tool = try ToolRunner()
    tool.file += "/x"
    for arguments in Self.editors where arguments.first != "delprofile" {
      #expect(
        try tool.run(arguments)
          == ToolResult(
            errors: """
              aemp: cannot lock the configuration file \(tool.file): No such file or directory; \
              correct that, or name another file in AE_MP_RC

              """, code: 1))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.directory) == [])
  }

  @Test("settings of a wrong type")
  func types() throws {
    try check(
      #"{"seeds": "h:1"}"#, [["addseed", "h:2"], ["delseed", "h:2"]],
      """
      seeds in FILE is a string but must be a list of strings; write for example "seeds": \
      ["10.0.0.1:4040"]
      """)
    try check(
      #"{"profile": []}"#, [["showprofile", "p"], ["profile", "p", "nodeid", "a"], ["run"]],
      """
      profile in FILE is a list but must be an object of profiles; write for example "profile": \
      {"seed": {"binds": ["*:4040"]}}
      """)
    try check(
      #"{"profile": {"p": 1}}"#,
      [
        ["showprofile", "p"], ["profile", "p", "nodeid", "a"], ["run", "p"],
        ["profile", "p", "nodes"],
      ],
      """
      profile "p" in FILE is a number but must be an object; write for example "profile": {"p": \
      {"binds": ["*:4040"]}}
      """)
    try check(
      #"{"monitor_timeout": "soon", "secret": "x"}"#, [["run"], ["nodes"]],
      """
      monitor_timeout in FILE: "soon" is no number; write for example "monitor_timeout": 30
      """)
  }

  @Test("profiles that do not exist, or are their own parents")
  func profiles() throws {
    try check(
      #"{"profile": {"b": {}, "a": {}}}"#,
      [["showprofile", "c"], ["gensecret", "delprofile", "c"], ["profile", "c", "nodes"]],
      "there is no profile \"c\" in FILE; its profiles are \"a\", \"b\"")
    try check(
      nil, [["showprofile", "c"], ["gensecret", "delprofile", "c"], ["profile", "c", "nodes"]],
      "there is no profile \"c\" in FILE; it has no profiles")
    try check(
      #"{"profile": {"b": {"parent": "a"}, "a": {"parent": "b"}}}"#,
      [
        ["showconfig", "a"], ["profile", "a", "showconfig"], ["run", "a"],
        ["profile", "a", "nodes"],
      ],
      """
      the profiles of FILE are parents in a circle, "a" → "b" → "a"; remove one "parent" of them
      """)
    try check(
      #"{"profile": {"b": {"parent": "a"}, "a": {}}}"#,
      [["gensecret", "profile", "a", "parent", "b"]],
      """
      the profiles of FILE are parents in a circle, "a" → "b" → "a"; remove one "parent" of them
      """)
  }

  @Test("neither secret nor certificate")
  func noCredentials() throws {
    let sentence = """
      listens on all network interfaces, which needs a secret or a certificate; run "aemp \
      gensecret", or bind to an address such as 127.0.0.1:4040
      """
    try check(
      #"{"seeds": ["127.0.0.1:1"]}"#,
      [["nodes"], ["snd", "n#p", "x"], ["wait", "node", "n"]],
      "binds: \"*\" " + sentence)
    try check(#"{"binds": ["*:4040"]}"#, [["run"]], "binds: \"*:4040\" " + sentence)
  }
}
