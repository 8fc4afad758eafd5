import AnyEventMP
import Testing

@testable import aemp

struct ShellParserTests {
  private let parser = ShellParser(current: "seed/1", own: "anon/x", echo: "anon/x#e")

  @Test(
    "ports without a node belong to the current one, and $ECHO and $NODE are the shell's",
    arguments: [
      ("snd #p a", "send(seed/1#p, [\"a\"])"),
      ("snd # a", "send(seed/1, [\"a\"])"),
      ("snd ''", "send(seed/1, [])"),
      ("snd w/2#p $ECHO [1]", "send(w/2#p, [\"anon/x#e\",[1]])"),
      ("cal $NODE time", "call(anon/x, [\"time\"])"),
      ("ping", "ping(seed/1)"),
      ("ping w/2", "ping(w/2)"),
      ("eval  1 + 1 ", "evaluate(seed/1, 1 + 1)"),
      ("wait port #p", "wait(port, seed/1#p, 1)"),
      ("wait node w/", "wait(node, w/, 1)"),
      ("wait node w/ --count 3", "wait(node, w/, 3)"),
      ("wait --count 0 port #p", "wait(port, seed/1#p, 0)"),
      ("get fam", "get(fam)"),
      ("mon #p", "background monitor(seed/1#p)"),
      ("db_mon fam", "background watch(fam)"),
      ("kil #p reason", "kill(seed/1#p, [\"reason\"])"),
      ("set fam k", "set(fam, k, null)"),
      ("db_set fam k {\"a\":1}", "set(fam, k, {\"a\":1})"),
      ("del fam k l", "delete(fam, k,l)"),
      ("=w/2", "switch(w/2)"),
      ("= w/2", "switch(w/2)"),
      ("=", "switch(own)"),
      ("# a comment", "nothing"),
      ("", "nothing"),
      ("quit", "quit"),
    ])
  func commands(_ line: String, _ expected: String) throws {
    #expect(Self.text(try parser.parse(line)) == expected)
  }

  @Test(
    "what makes no sense is a mistake with a sentence",
    arguments: [
      ("snd", "snd needs a port, such as: snd #name or snd $NODE"),
      ("ping a b", "ping takes at most one node; \"b\" is too many"),
      ("mon a b", "mon takes one argument; \"b\" is too many"),
      ("eval", "eval needs an expression, such as: eval $$"),
      ("nodes x", "nodes takes no arguments"),
      ("set fam", "set takes a family, a key and perhaps a value"),
      ("del fam", "del takes a family and keys"),
      ("get", "get needs the name of a family"),
      ("wait x y", "wait takes node, port or family, its name and perhaps --count N"),
      ("wait node y --count", "--count takes a whole number, such as: --count 3"),
      ("wait node y --count -1", "--count takes a whole number, such as: --count 3"),
      (
        "wait port y --count 2",
        "a port is there or not: --count takes 1 or, until it is gone, 0"
      ),
      ("wait node y --count x", "--count takes a whole number, such as: --count 3"),
      ("bogus", "there is no command \"bogus\"; \"help\" lists them"),
    ])
  func mistakes(_ line: String, _ sentence: String) {
    let error = #expect(throws: UsageError.self) { _ = try parser.parse(line) }
    #expect(error?.sentence == sentence)
  }

  private static func text(_ command: ShellCommand) -> String {
    switch command {
    case .run(let action): text(action)
    case .watch(let action): "background " + text(action)
    case .kill(let port, let reason): "kill(\(port), \(Value.array(reason)))"
    case .set(let family, let key, let value): "set(\(family), \(key), \(value))"
    case .delete(let family, let keys): "delete(\(family), \(keys.joined(separator: ",")))"
    case .switchNode(let node): "switch(\(node ?? "own"))"
    case .help: "help"
    case .quit: "quit"
    case .nothing: "nothing"
    }
  }

  private static func text(_ action: NetworkCommand.Action) -> String {
    switch action {
    case .send(let port, let message): "send(\(port), \(Value.array(message)))"
    case .call(let port, let message): "call(\(port), \(Value.array(message)))"
    case .monitor(let port): "monitor(\(port))"
    case .evaluate(let node, let code): "evaluate(\(node), \(code))"
    case .wait(let subject, let name, let count): "wait(\(subject), \(name), \(count))"
    case .ping(let node): "ping(\(node))"
    case .get(let family): "get(\(family))"
    case .watch(let family): "watch(\(family))"
    default: "\(action)"
    }
  }
}
