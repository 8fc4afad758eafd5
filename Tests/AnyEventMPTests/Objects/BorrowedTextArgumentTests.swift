import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("Receivers of borrowed text") struct BorrowedTextArgumentTests {
  /// A port that appends what it hears, and keeps its texts.
  private final class Reader {
    private(set) var heard: [String] = []
    private(set) var kept: [BorrowedText] = []
    private(set) var reason: Message?

    func port(_ node: Node) -> PortID {
      node.run {
        let p = AnyEventMP.port()
        rcv(p, "t") { [unowned self] (a: BorrowedText, n: Int) in
          heard.append("\(a) \(n)")
          if n % 3 == 0 { kept.append(a) }
        }
        mon(p) { [unowned self] (reason: Message) in self.reason = reason }
        return p
      }
    }
  }

  private static let texts = [
    "plain", "", "a \"quoted\" text", "é and ü", String(repeating: "long ", count: 300),
    "back\\slash", "\u{1}", "15 bytes of it.", "16 bytes of it..",
  ]

  @Test(
    "what comes is what was sent, also what is kept", arguments: [["cbor"], ["json"]],
    [true, false])
  func remote(framings: [String], isDirect: Bool) throws {
    try withPair(framings: framings) { near, far, loop in
      for node in [near, far] { node.kernel.isDirect = isDirect }
      let reader = Reader()
      let p = reader.port(far)
      var expected: [String] = []
      for round in 0..<6 {
        near.run {
          for (index, text) in Self.texts.enumerated() {
            let number = round * Self.texts.count + index
            snd(p.id, "t", text, number)
            expected.append("\(text) \(number)")
          }
        }
        loop.run(until: { reader.heard.count == expected.count })
      }
      #expect(reader.heard == expected)
      #expect(
        reader.kept.map { String($0) }
          == expected.indices.filter { $0 % 3 == 0 }.map { Self.texts[$0 % Self.texts.count] })
    }
  }

  @Test("text of this process, also borrowed, arrives the same", arguments: [true, false])
  func local(isDirect: Bool) {
    withNode { node, _ in
      node.kernel.isDirect = isDirect
      let reader = Reader()
      let p = reader.port(node)
      snd(p, "t", "text", 1)
      snd(p, "t", BorrowedText("borrowed"), 3)
      snd(p, "t", 12, 4)
      snd(p, "t", Array("bytes".utf8), 5)
      #expect(reader.heard == ["text 1", "borrowed 3", "12 4", "bytes 5"])
      #expect(reader.kept == [BorrowedText("borrowed")])
    }
  }

  @Test(
    "borrowed text is sent on as it is", arguments: [["cbor"], ["json"]], [true, false])
  func relay(framings: [String], isDirect: Bool) throws {
    try withPair(framings: framings) { near, far, loop in
      for node in [near, far] { node.kernel.isDirect = isDirect }
      let reader = Reader()
      let end = reader.port(near)
      let relay = far.run {
        rcv(port(), "t") { (a: BorrowedText, n: Int) in snd(end.id, "t", a, n) }
      }
      near.run { for n in 0..<30 { snd(relay.id, "t", Self.texts[n % Self.texts.count], n) } }
      loop.run(until: { reader.heard.count == 30 })
      #expect(reader.heard == (0..<30).map { "\(Self.texts[$0 % Self.texts.count]) \($0)" })
    }
  }

  @Test(
    "what is no text kills the port, as it does where a String is wanted",
    arguments: [["cbor"], ["json"]], [true, false])
  func misfit(framings: [String], isDirect: Bool) throws {
    try withPair(framings: framings) { near, far, loop in
      for node in [near, far] { node.kernel.isDirect = isDirect }
      let reader = Reader()
      let p = reader.port(far)
      near.run {
        for n in 0..<4 { snd(p.id, "t", "text", n) }
        snd(p.id, "t", [1, 2], 4)
      }
      loop.run(until: { reader.reason != nil })
      #expect(reader.heard.count == 4)
      #expect(
        reader.reason?[1].string?.hasSuffix(
          "argument 1 should be BorrowedText, but an array of 2 values was sent") == true)
    }
  }
}
