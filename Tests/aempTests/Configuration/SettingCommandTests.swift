import Foundation
import Testing

@testable import AnyEventMP

@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct SettingCommandTests {
  @Test("commands are chained, and a profile takes those behind it")
  func chained() throws {
    let tool = try ToolRunner()
    let result = try tool.run(
      "setsecret", "geheimnis", "profile", "xyzzy", "binds", "4040,4041", "nodeid", "anon/",
      "setparent", "base", "profile", "base", "setseeds", #"["h:1"]"#, "monitor_timeout", "5",
      "connect_interval", "0.5", "secure", "yes")
    #expect(result == ToolResult())
    let text = """
      {
         "profile" : {
            "base" : {
               "connect_interval" : 0.5,
               "monitor_timeout" : 5,
               "secure" : 1,
               "seeds" : [
                  "h:1"
               ]
            },
            "xyzzy" : {
               "binds" : [
                  "4040",
                  "4041"
               ],
               "nodeid" : "anon/",
               "parent" : "base"
            }
         },
         "secret" : "geheimnis",
         "version" : 1
      }

      """
    #expect(try tool.text() == text)
  }

  @Test("what is set can be deleted again")
  func deleted() throws {
    let tool = try ToolRunner()
    try tool.write(
      #"{"nodeid": "a", "binds": [], "seeds": [], "secret": "x", "zzz": 1, "profile": {"p": {}}}"#)
    #expect(
      try tool.run("delnodeid", "delbinds", "delseeds", "delsecret", "delprofile", "p")
        == ToolResult())
    let text = """
      {
         "profile" : {},
         "version" : 1,
         "zzz" : 1
      }

      """
    #expect(try tool.text() == text)
    #expect(
      try tool.text("~")
        == #"{"nodeid": "a", "binds": [], "seeds": [], "secret": "x", "zzz": 1, "profile": {"p": {}}}"#
    )
  }

  @Test("lists take single elements, IPv6 addresses and nothing")
  func lists() throws {
    let tool = try ToolRunner()
    _ = try tool.run("seeds", "a:1,b:2", "addseed", "c:3,a:1", "delseed", "b:2", "binds", "")
    var text = try tool.text()
    #expect(text.contains("\"a:1\",\n      \"c:3\"\n"))
    #expect(text.contains("\"binds\" : []"))
    #expect(try tool.run("seeds", "[::1]:4040,[::2]:1") == ToolResult())
    text = try tool.text()
    #expect(text.contains("\"[::1]:4040\",\n      \"[::2]:1\"\n"))
  }

  @Test("a service is a function and its arguments; equal ones count, and one is taken out")
  func services() throws {
    let tool = try ToolRunner()
    func services() throws -> String {
      let shown = try tool.run("showconfig", "--json").output
      let start = try #require(shown.range(of: #""services":"#)).upperBound
      return String(shown[start...].dropLast(2))
    }
    #expect(try tool.run("addservice", #"["h::i","x"]"#) == ToolResult())
    #expect(try services() == #"[["h::i","x"]]"#)
    #expect(try tool.run("addservice", #"["h::i",1,{"a":[2]}]"#) == ToolResult())
    #expect(try services() == #"[["h::i","x"],["h::i",1,{"a":[2]}]]"#)
    #expect(try tool.run("addservice", "m::", "addservice", "m::,n") == ToolResult())
    #expect(try tool.run("addservice", #"["h::i", "x"]"#) == ToolResult())
    #expect(
      try services()
        == #"[["h::i","x"],["h::i",1,{"a":[2]}],"m::","m::","n",["h::i","x"]]"#)
    #expect(try tool.run("delservice", #"["h::i","x"]"#, "delservice", "m::") == ToolResult())
    #expect(try services() == #"[["h::i","x"],["h::i",1,{"a":[2]}],"m::","n"]"#)
    #expect(try tool.run("delservice", "nothing", "addservice", #""a::b""#) == ToolResult())
    #expect(try services() == #"[["h::i","x"],["h::i",1,{"a":[2]}],"m::","n","a::b"]"#)
    for wrong in [#"[["h::i","x"]]"#, #"[1,"x"]"#, "[]", #"{"a":1}"#] {
      #expect(try tool.run("addservice", wrong).code == 2, "\(wrong)")
    }
    for number in ["7", "-1.5", #""7""#, #"["7","x"]"#, "m::,7"] {
      let result = try tool.run("addservice", number)
      #expect(result.code == 2 && result.errors.contains("is a number and no name"), "\(number)")
    }
    #expect(try tool.run("delservice", "7") == ToolResult())
    #expect(try tool.run("setservices", #"["m::",["h::i",1]]"#) == ToolResult())
    #expect(try services() == #"["m::",["h::i",1]]"#)
  }

  @Test("an empty pipe, or nothing to add or take out, changes nothing and is said")
  func nothing() throws {
    let tool = try ToolRunner()
    #expect(try tool.run("seeds", "a:1", "binds", "b:2", "services", "s::") == ToolResult())
    let before = try tool.run("showprofile", "nothing").output + tool.run("showconfig").output
    for name in ["setseeds", "setsecrets", "setbinds", "setservices", "addseed", "delservice"] {
      for input in ["", "\n"] {
        let result = try tool.run(name, "-", input: input)
        #expect(result.code == 1 && result.errors.contains("standard input is empty"), "\(name)")
      }
    }
    for name in ["addseed", "delseed", "addbind", "delbind", "addservice", "delservice"] {
      let result = try tool.run(name, "")
      #expect(result.code == 2 && result.errors.contains("there is nothing to "), "\(name)")
    }
    #expect(
      try tool.run("showprofile", "nothing").output + tool.run("showconfig").output == before)
    // Who means it says so.
    #expect(try tool.run("setbinds", "-", input: "[]\n") == ToolResult())
  }

  @Test("a JSON string as an argument is the text that it stands for")
  func jsonStrings() throws {
    let tool = try ToolRunner()
    #expect(
      try tool.run(
        "profile", #""p""#, "setnodeid", #""a\u002fb""#, "seeds", #""h:1""#, "monitor_timeout",
        #""7""#, "setparent", #""base""#, "profile", "base") == ToolResult())
    let text = """
      {
         "profile" : {
            "base" : {},
            "p" : {
               "monitor_timeout" : 7,
               "nodeid" : "a/b",
               "parent" : "base",
               "seeds" : [
                  "h:1"
               ]
            }
         },
         "version" : 1
      }

      """
    #expect(try tool.text() == text)
    #expect(
      try tool.run("showconfig", "--json", #""q""#, #""nodeid""#, #""n""#).output
        .contains(#""nodeid":"n""#))
  }

  @Test("all arguments can be one JSON array")
  func jsonArguments() throws {
    let tool = try ToolRunner()
    #expect(try tool.run(#"["binds", ["*:1"], "monitor_timeout", 7]"#) == ToolResult())
    let text = """
      {
         "binds" : [
            "*:1"
         ],
         "monitor_timeout" : 7,
         "version" : 1
      }

      """
    #expect(try tool.text() == text)
  }

  @Test("a new secret, and a profile of two ports with a random node id, in one line")
  func documentedChain() throws {
    let tool = try ToolRunner()
    #expect(
      try tool.run("gensecret", "profile", "xyzzy", "binds", "4040,4041", "nodeid", "anon/")
        == ToolResult())
    let text = try tool.text()
    let line = try #require(text.split(separator: "\n").first { $0.contains("\"secret\"") })
    let secret = try #require(line.split(separator: "\"").dropFirst(3).first)
    #expect(secret.count == 180)
    #expect(
      secret.utf8.allSatisfy { byte in
        let character = Character(UnicodeScalar(byte))
        return character.isASCII && (character.isLetter || character.isNumber)
      })
    let expected = """
      {
         "profile" : {
            "xyzzy" : {
               "binds" : [
                  "4040",
                  "4041"
               ],
               "nodeid" : "anon/"
            }
         },
         "secret" : "\(secret)",
         "version" : 1
      }

      """
    #expect(text == expected)
  }

  @Test("a list in JSON, as one argument or as part of one array, is the same as with commas")
  func jsonLists() throws {
    let tool = try ToolRunner()
    let expected = try tool.run("showconfig", "--json", "binds", "*:4040,h:1", "norc", "1")
    #expect(expected.code == 0)
    #expect(expected.output.contains(#""binds":["*:4040","h:1"]"#))
    for arguments in [
      ["showconfig", "--json", "binds", #"["*:4040", "h:1"]"#, "norc", "1"],
      [#"["showconfig", "--json", "binds", ["*:4040", "h:1"], "norc", 1]"#],
    ] {
      #expect(try tool.run(arguments) == expected)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.directory) == [])
  }

  @Test("a profile that is only looked at, or run by, is not made")
  func noNeedlessProfile() throws {
    let tool = try ToolRunner()
    #expect(try tool.run("profile", "p", "showconfig").code == 0)
    #expect(try tool.run("profile", "p", "run", "binds", "*:4040").code == 1)
    #expect(try tool.run("profile", "p", "nodes").code == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.directory) == [])
    #expect(try tool.run("profile", "p") == ToolResult())
    #expect(
      try tool.text() == "{\n   \"profile\" : {\n      \"p\" : {}\n   },\n   \"version\" : 1\n}\n")
  }

  @Test("showconfig shows what a node would get, secrets only when asked")
  func showConfiguration() throws {
    let tool = try ToolRunner()
    try tool.write(#"{"secret": "geheimnis", "profile": {"p": {"binds": [], "secret": "anders"}}}"#)
    let limits = Limit.all.map { "\"\($0.setting.name)\" : \($0.standard)" }.sorted()
      .joined(separator: ",\n   ")
    func shown(binds: String, nodeID: String, secret: String) -> ToolResult {
      ToolResult(
        output: """
          {
             "auth_accept" : [
                "chacha20poly1305_x25519",
                "secretbox_x25519",
                "tls_sha3_512",
                "hmac_sha3_512"
             ],
             "auth_offer" : [
                "chacha20poly1305_x25519",
                "secretbox_x25519",
                "tls_sha3_512",
                "hmac_sha3_512"
             ],
             "autocork" : 0,
             "binds" : \(binds),
             "connect_interval" : 2,
             "framing_format" : [
                "cbor",
                "json"
             ],
             "heartbeat" : 5,
             "heartbeat_timeout" : 15,
             \(limits),
             "monitor_timeout" : 30,\(nodeID)
             "nodelay" : 1,
             "secret" : "\(secret)",
             "secure" : 0,
             "seeds" : [],
             "services" : []
          }

          """)
    }
    let everywhere = "[\n      \"*\"\n   ]"
    let node = "\n   \"nodeid\" : \"p/\","
    #expect(
      try tool.run("showconfig") == shown(binds: everywhere, nodeID: "", secret: "********"))
    #expect(
      try tool.run("showconfig", "--reveal")
        == shown(binds: everywhere, nodeID: "", secret: "geheimnis"))
    for arguments in [["showconfig", "p"], ["profile", "p", "showconfig"]] {
      let result = try tool.run(
        arguments[0], arguments[1], arguments.count > 2 ? arguments[2] : "--reveal")
      let secret = arguments.count > 2 ? "********" : "anders"
      #expect(result == shown(binds: "[]", nodeID: node, secret: secret))
    }
    #expect(
      try tool.run("showprofile", "p", "--reveal")
        == ToolResult(output: "{\n   \"binds\" : [],\n   \"secret\" : \"anders\"\n}\n"))
  }

  @Test("fifty processes that add a seed at the same time lose none")
  func parallelProcesses() throws {
    let tool = try ToolRunner()
    let processes = (0..<50).map { tool.process(["addseed", "h\($0):4040"]).0 }
    for process in processes { try process.run() }
    for process in processes {
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }
    let text = try tool.text()
    for number in 0..<50 { #expect(text.contains("\"h\(number):4040\"")) }
    let names = try FileManager.default.contentsOfDirectory(atPath: tool.directory)
    #expect(names.sorted() == ["rc", "rc~"])
    for name in names {
      let attributes = try FileManager.default.attributesOfItem(atPath: tool.directory + "/" + name)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
  }
}
