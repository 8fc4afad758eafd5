import Foundation
import Testing

/// The file is that of the Perl tool too: what is not known stays, in the same layout.
@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct SharedFileTests {
  /// As JSON::XS writes it, with numbers as text and keys of other programs at every level.
  private func file(secret: String = "gr\u{fc}n", seeds: [String] = [], parent: String = "base")
    -> String
  {
    let list =
      seeds.isEmpty
      ? "[]" : "[\n" + seeds.map { "      \"\($0)\"" }.joined(separator: ",\n") + "\n   ]"
    return """
      {
         "big" : "12345678901234567890123",
         "binds" : [
            "*:4040",
            4041
         ],
         "connect_interval" : 0.5,
         "eval" : "require My::Setup;\\n\\"x\\"\\\\\\t\\u0001",
         "monitor_timeout" : "30",
         "profile" : {
            "base" : {},
            "seed" : {
               "nodelay" : "0",
               "parent" : "\(parent)",
               "zzz" : {
                  "y" : "1",
                  "z" : []
               }
            },
            "void" : null
         },
         "secret" : "\(secret)",
         "secure" : "1",
         "seeds" : \(list),
         "services" : [
            "My::Service::",
            [
               "My::function",
               1,
               "2",
               {
                  "three" : null
               }
            ]
         ],
         "unknown" : {
            "a" : {
               "b" : [
                  true,
                  false,
                  1e+20,
                  18446744073709551615,
                  -1.25
               ]
            }
         },
         "version" : "1"
      }

      """
  }

  @Test("an edit changes what it is about, and not a byte of the rest")
  func edit() throws {
    let tool = try ToolRunner()
    try tool.write(file())
    #expect(try tool.run("addseed", "h:1,h:2") == ToolResult())
    #expect(try tool.text() == file(seeds: ["h:1", "h:2"]))
    #expect(try tool.text("~") == file())
    #expect(try tool.run("profile", "seed", "setparent", "void") == ToolResult())
    #expect(try tool.run("setsecret", "-", input: "ganz anders\n") == ToolResult())
    #expect(try tool.text() == file(secret: "ganz anders", seeds: ["h:1", "h:2"], parent: "void"))
    #expect(try tool.run("profile", "seed", "setparent", "base", "delseed", "h:3") == ToolResult())
    #expect(try tool.run("delseed", "h:1,h:2", "secret", "--force", #""grün""#) == ToolResult())
    #expect(try tool.text() == file())
    #expect(
      try tool.run("gensecret", "gencert", "secret", "--force", #""grün""#, "delcert")
        == ToolResult())
    #expect(try tool.text() == file())
  }
}
