import AnyEventMP
import Testing

@testable import aemp

struct OptionTests {
  private func command(_ texts: [String]) throws -> NetworkCommand? {
    var parser = CommandParser(try Argument.all(texts))
    guard case .network(let command)? = try parser.parse().last else { return nil }
    return command
  }

  @Test("options stand before or behind the arguments, with = or a space")
  func places() throws {
    for texts in [
      ["ping", "--json", "--count", "3", "--timeout=2.5", "n"],
      ["ping", "n", "--json", "--timeout", "2.5", "--count=3"],
    ] {
      let options = try #require(try command(texts)).options
      #expect(options.json)
      #expect(options.count == 3)
      #expect(options.timeout == 2.5)
    }
  }

  @Test("a message may hold words with dashes, also right behind --")
  func dashes() throws {
    for texts in [["snd", "n#p", "--json", "x"], ["snd", "--", "n#p", "--json", "x"]] {
      let command = try #require(try command(texts))
      #expect(!command.options.json)
      guard case .action(.send(let port, let message)) = command.work else {
        Issue.record("\(command.work)")
        continue
      }
      #expect(port == PortID("n#p"))
      #expect(message == ["--json", "x"])
    }
  }

  @Test("a command takes as long as is said, five minutes, or for ever")
  func timeLimits() throws {
    #expect(try command(["ping", "n"])?.timeLimit == 300)
    #expect(try command(["ping", "n", "--timeout", "1"])?.timeLimit == 1)
    #expect(try command(["mon", "n"])?.timeLimit == nil)
    #expect(try command(["watch", "f"])?.timeLimit == nil)
  }

  @Test(
    "an option that makes no sense is a mistake with a sentence",
    arguments: [
      (
        ["ping", "n", "--svg", "x"], "ping has no option --svg; it takes --json, --timeout, --count"
      ),
      (["ping", "--timeout"], "--timeout needs a number of seconds, such as: --timeout 10"),
      (
        ["ping", "--timeout", "soon", "n"],
        "--timeout takes a number of seconds, such as: --timeout 10, not \"soon\""
      ),
      (
        ["ping", "--timeout", "0", "n"],
        "--timeout takes a number of seconds, such as: --timeout 10, not \"0\""
      ),
      (
        ["ping", "--timeout", "nan", "n"],
        "--timeout takes a number of seconds, such as: --timeout 10, not \"nan\""
      ),
      (
        ["ping", "--count=-1", "n"],
        "--count takes a whole number, such as: --count 3, not \"-1\""
      ),
      (["nodes", "--json=1"], "--json takes no value"),
      (["nodes", "x"], "nodes takes no arguments; \"x\" is one argument too many"),
      (
        ["wait", "port", "n#p", "--count", "2"],
        "a port is there or not: --count takes 1 or, until it is gone, 0"
      ),
    ])
  func mistakes(_ texts: [String], _ sentence: String) {
    let error = #expect(throws: UsageError.self) { _ = try command(texts) }
    #expect(error?.sentence == sentence)
  }
}
