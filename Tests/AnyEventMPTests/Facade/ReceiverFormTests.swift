import AnyEventMP
import TestSupport
import Testing

@Suite("rcv, in its forms") struct ReceiverFormTests {
  @Test("tags are text or port ids")
  func tags() {
    withNode { _, _ in
      var got: [String] = []
      let receiver = port()
      let reply = port()
      rcv(receiver, "test") { (a: String) in got.append("test \(a)") }
      rcv(receiver, reply) { (a: String) in got.append("reply \(a)") }
      snd(receiver, "test", "1")
      snd(receiver, reply, "2")
      snd(receiver, reply.id, "3")
      #expect(got == ["test 1", "reply 2", "reply 3"])
    }
  }

  @Test("several tags are set at once, and one replaces another's callback")
  func several() {
    withNode { _, _ in
      var got: [String] = []
      let receiver = rcv(
        port(), on("a") { got.append("a") }, on("b") { (n: Int) in got.append("b\(n)") },
        on("c") { msg in got.append("c\(msg.count)") })
      snd(receiver, "a")
      snd(receiver, "b", 7)
      snd(receiver, "c", 1, 2)
      rcv(receiver, "a") { got.append("new a") }
      rcv(receiver, "b") { got.append("new b") }
      snd(receiver, "a")
      snd(receiver, "b")
      #expect(got == ["a", "b7", "c2", "new a", "new b"])
    }
  }

  @Test("many tags are told apart, set and removed in any order", arguments: Seeds.some(3))
  func manyTags(seed: UInt64) {
    withNode { _, _ in
      var random = SeededGenerator(seed: seed)
      var got: [Int] = []
      var model: [Int: Int] = [:]
      let receiver = port { got.append(-1) }
      for step in 0..<400 {
        let tag = Int.random(in: 0..<6, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
          rcv(receiver, "t\(tag)") { got.append(step) }
          model[tag] = step
        case 1:
          rcv(receiver, "t\(tag)", nil)
          model[tag] = nil
        default:
          got = []
          for tag in 0..<6 { snd(receiver, "t\(tag)") }
          #expect(got == (0..<6).map { model[$0] ?? -1 }, "seed \(seed), step \(step)")
        }
      }
    }
  }

  @Test("the default callback gets what no tag takes, with the whole message")
  func defaultCallback() {
    withNode { _, _ in
      var got: [Message] = []
      let receiver = port { msg in got.append(msg) }
      rcv(receiver, "known") { got.append(["own"]) }
      snd(receiver, "known", 1)
      snd(receiver, "unknown", 1)
      snd(receiver)
      snd(receiver, 12, "x")
      snd(receiver, ["known", nil])
      #expect(got == [["own"], ["unknown", 1], [], [12, "x"], [["known", nil]]])
      rcv(receiver) { got = [] }
      snd(receiver, "unknown")
      #expect(got.isEmpty)
    }
  }

  @Test("rcv(port, tag) removes the callback of that tag, and nothing else: a reply is taken once")
  func oneShot() {
    withNode { node, loop in
      var got: [String] = []
      var reason: Message?
      let asked = port()
      let asking = port()
      rcv(asked, "question") { (reply: PortID) in
        snd(reply, asked, "first")
        snd(reply, asked, "second")
      }
      rcv(asking, "other") { got.append("other") }
      rcv(asking, asked) { (text: String) in
        got.append(text)
        rcv(SELF, asked)
      }
      node.monitor(asking) { reason = $0 }
      // What comes behind the reply has no callback any more.
      snd(asked, "question", asking)
      loop.settle()
      #expect(got == ["first"])
      #expect(reason?[0] == "unhandled_message")
      #expect(reason?[1].string?.hasPrefix("no callback found for message '#") == true)
    }
  }

  @Test("removing is by the tag's text, whatever the tag is written as", arguments: 0..<5)
  func removalForms(form: Int) {
    withNode { node, loop in
      var got: [String] = []
      let tag = port {}
      let receiver = port { got.append("default") }
      rcv(receiver, "a") { got.append("a") }
      rcv(receiver, tag) { got.append("tag") }
      switch form {
      case 0: rcv(receiver, tag)
      case 1: rcv(receiver, PortID(tag.id))
      case 2: rcv(receiver, tag.id)
      case 3: rcv(receiver, tag, nil)
      default: rcv(receiver, tag.id, nil)
      }
      snd(receiver, tag, 1)
      snd(receiver, "a")
      rcv(receiver, "a")
      snd(receiver, "a")
      loop.settle()
      #expect(got == ["default", "a", "default"])
      #expect(node.isAlive(tag))
    }
  }

  @Test("a tag's callback is removed by nil; then the default callback or the kill is next")
  func removal() {
    withNode { node, loop in
      var got: [String] = []
      var reason: Message?
      let receiver = rcv(port(), "a") { got.append("a") }
      rcv(receiver, "b") { got.append("b") }
      node.monitor(receiver) { reason = $0 }
      rcv(receiver, "a", nil)
      rcv(receiver, "never set", nil)
      snd(receiver, "b")
      snd(receiver, "a")
      loop.run(until: { reason != nil })
      #expect(got == ["b"])
      #expect(reason == ["unhandled_message", "no callback found for message 'a'"])
    }
  }

  @Test("the first value of any type is compared as Perl would, by its text")
  func tagTypes() {
    withNode { _, _ in
      var got: [String] = []
      let receiver = port()
      rcv(receiver, "12") { got.append("12") }
      rcv(receiver, "bytes") { got.append("bytes") }
      rcv(receiver) { msg in got.append("other \(msg.count)") }
      snd(receiver, 12)
      snd(receiver, Array("bytes".utf8))
      snd(receiver, ["12"])
      snd(receiver)
      #expect(got == ["12", "bytes", "other 1", "other 0"])
    }
  }

  @Test("a callback may replace and remove itself, and those of its own port")
  func fromWithin() {
    withNode { _, _ in
      var got: [String] = []
      let receiver = port { msg in got.append("default \(msg[0].string ?? "")") }
      rcv(receiver, "once") {
        got.append("once")
        rcv(SELF, "once", nil)
        rcv(SELF, "then") { got.append("then") }
        snd(SELF, "then")
      }
      snd(receiver, "once")
      snd(receiver, "once")
      #expect(got == ["once", "then", "default once"])
    }
  }
}
