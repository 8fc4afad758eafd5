import AnyEventMP
import TestSupport
import Testing

@Suite("Typed receivers") struct TypedReceiverTests {
  @Test("zero to six arguments arrive in their order")
  func arities() {
    withNode { _, _ in
      var got: [String] = []
      let p = port()
      rcv(p, "0") { got.append("-") }
      rcv(p, "1") { (a: Int) in got.append("\(a)") }
      rcv(p, "2") { (a: Int, b: String) in got.append("\(a)\(b)") }
      rcv(p, "3") { (a: Int, b: String, c: Double) in got.append("\(a)\(b)\(c)") }
      rcv(p, "4") { (a: Int, b: Int, c: Int, d: String) in got.append("\(a)\(b)\(c)\(d)") }
      rcv(p, "5") { (a: Int, b: Int, c: Int, d: Int, e: String) in
        got.append("\(a)\(b)\(c)\(d)\(e)")
      }
      rcv(p, "6") { (a: Int, b: Int, c: Int, d: Int, e: Int, f: [String]) in
        got.append("\(a)\(b)\(c)\(d)\(e)\(f)")
      }
      snd(p, "0")
      snd(p, "1", 1)
      snd(p, "2", 1, "b")
      snd(p, "3", 1, "b", 2.5)
      snd(p, "4", 1, 2, 3, "d")
      snd(p, "5", 1, 2, 3, 4, "e")
      snd(p, "6", 1, 2, 3, 4, 5, ["f", "g"])
      #expect(got == ["-", "1", "1b", "1b2.5", "123d", "1234e", "12345[\"f\", \"g\"]"])
    }
  }

  @Test("surplus arguments are ignored, as in Perl")
  func surplus() {
    withNode { _, _ in
      var got: [Int] = []
      let p = rcv(port(), on("n") { (n: Int) in got.append(n) }, on("none") { got.append(0) })
      snd(p, "n", 1, 2, 3)
      snd(p, "none", 1)
      #expect(got == [1, 0])
    }
  }

  @Test("optional arguments take null and what was not sent")
  func optionals() {
    withNode { _, _ in
      var got: [String] = []
      let p = rcv(port(), "o") { (a: Int?, b: String?) in
        got.append("\(a.map(String.init) ?? "nil") \(b ?? "nil")")
      }
      snd(p, "o")
      snd(p, "o", 1)
      snd(p, "o", nil as Int?, "x")
      snd(p, "o", 1, "x")
      #expect(got == ["nil nil", "1 nil", "nil x", "1 x"])
    }
  }

  @Test("numbers and text are converted as Perl would")
  func conversions() {
    withNode { _, _ in
      var got: [String] = []
      let p = port()
      rcv(p, "i") { (a: Int) in got.append("\(a)") }
      rcv(p, "s") { (a: String) in got.append(a) }
      rcv(p, "d") { (a: Double) in got.append("\(a)") }
      rcv(p, "p") { (a: PortID, b: [Int], c: TextDictionary<Value>) in
        got.append("\(a) \(b) \(c["k"] ?? .null)")
      }
      snd(p, "i", "123")
      snd(p, "i", 7.0)
      snd(p, "s", 12)
      snd(p, "s", Array("ab".utf8))
      snd(p, "d", 2)
      snd(p, "d", "2.5")
      snd(p, "p", "n#p", ["1", 2] as Value, ["k": 5])
      #expect(got == ["123", "7", "12", "ab", "2.0", "2.5", "n#p [1, 2] 5"])
    }
  }

  @Test("an argument that does not fit kills the port with port, tag, position and types")
  func mismatch() {
    withNode { node, loop in
      var reasons: [Message] = []
      func killed(by send: (PortID) -> Void) -> String {
        let p = rcv(port(), "n") { (a: Int, b: String) in Issue.record("called with \(a) \(b)") }
        node.monitor(p) { reasons.append($0) }
        let before = reasons.count
        send(p)
        loop.run(until: { reasons.count > before })
        #expect(reasons.last?[0] == "die")
        return (reasons.last?[1].string ?? "").replacing(p.id, with: "PORT")
      }
      #expect(
        killed { snd($0, "n", "abc", "x") }
          == #"port PORT, message "n": argument 1 should be Int, but "abc" was sent"#)
      #expect(
        killed { snd($0, "n", 1) }
          == #"port PORT, message "n": argument 2 should be String, but is missing"#)
      #expect(
        killed { snd($0, "n", 1, [1, 2]) }
          == #"port PORT, message "n": argument 2 should be String, but an array of 2 values was sent"#
      )
      #expect(
        killed { snd($0, "n", ["a": 1], "x") }
          == #"port PORT, message "n": argument 1 should be Int, but a hash of 1 keys was sent"#)
      let huge = killed { snd($0, "n", String(repeating: "ü", count: 1_000_000), "x") }
      #expect(huge.utf8.count < 300, "the sender chooses the size of the reason")
    }
  }

  @Test("a message can be read past its end and before its start")
  func messageBounds() {
    let message: Message = ["a", 1]
    #expect(message[1] == 1)
    for index in [2, 100, -1, .max, .min] { #expect(message[index] == .null) }
    #expect(Message()[0] == .null)
    #expect(message.count == 2)
    #expect(message.map(\.self) == ["a", 1])
    #expect(message.description == #"["a",1]"#)
  }
}
