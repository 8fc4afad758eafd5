import AnyEventMP
import TestSupport
import Testing

@Suite("Port ids") struct PortIDTests {
  @Test(
    "a port id is split at the first #",
    arguments: [
      ("node#port", "node", "port", "node#port"), ("node#a#b", "node", "a#b", "node#a#b"),
      ("node", "node", "", "node"), ("node#", "node", "", "node"), ("#name", "", "name", "#name"),
      ("", "", "", ""), ("#", "", "", ""), ("##", "", "#", "##"),
      ("a/b:4040#ü", "a/b:4040", "ü", "a/b:4040#ü"),
    ])
  func splitting(text: String, node: String, name: String, id: String) {
    let port = PortID(text)
    #expect(port.node == node)
    #expect(port.name == name)
    #expect(port.id == id)
    #expect(port.description == id)
    #expect(node_of(text) == node)
    #expect(text.portID == port)
  }

  @Test("port ids are sorted by the bytes of their text")
  func order() {
    let ids: [PortID] = ["b#a", "a#é", "a#z", "a#e\u{301}", "a", "B#c", "a#"]
    #expect(ids.sorted().map(\.id) == ["B#c", "a", "a", "a#e\u{301}", "a#z", "a#é", "b#a"])
  }

  @Test("two port ids are equal by their text, however they were made")
  func equality() {
    withNode { node, _ in
      let made = node.port()
      let written = PortID(made.id)
      #expect(made == written)
      #expect(made.hashValue == written.hashValue)
      #expect(written == PortID(written.id))
      #expect(PortID("a#b") != PortID("b#a"))
      #expect(PortID("a#b") != PortID("a#c"))
      #expect(PortID("node#") == PortID("node"))
      #expect(Set([made, written, PortID("x"), "x#", "x#y"]).count == 3)
      node.send([.string("used")], to: written)
      #expect(made == written, "using it changed it")
    }
  }

  @Test("ports of the same name on many nodes spread over a dictionary")
  func hashing() {
    // On nodes with random ids every first port is "b".
    let hashes = Set((0..<1000).map { PortID("node\($0)#b").hashValue })
    #expect(hashes.count > 990)
  }

  @Test("in a message it is its text")
  func messageValue() {
    #expect(PortID("a#b").messageValue == .string("a#b"))
    #expect(PortID(messageValue: .string("a#b")) == PortID("a#b"))
    #expect(PortID(messageValue: .bytes(Array("a#b".utf8))) == PortID("a#b"))
    #expect(PortID(messageValue: .int(12)) == PortID("12"))
    for nothing: Value in [.string(""), .null, .array([]), .hash([:])] {
      #expect(PortID(messageValue: nothing) == nil)
    }
    #expect([PortID("a#b")].messageValue == ["a#b"])
    #expect(Value.null.portID.id == PortID("#").id)
  }

  @Test("a value that is no text is no port: what is sent to it is dropped")
  func noPort() {
    withNode { node, loop in
      snd(Value.array([]), "x")
      snd(Value.null, "x")
      snd("#nobody", "x")
      loop.settle()
      #expect(node.knownNodes.isEmpty)
    }
  }

  @Test("one port id may be used by nodes on several threads at once")
  func threads() async {
    let shared = PortID("somewhere#port")
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<50 {
            withNode { node, _ in
              for _ in 0..<20 { snd(shared, "x") }
              #expect(node.knownNodes == ["somewhere"] && node.waitingBytes > 20)
            }
          }
        }
      }
    }
  }
}
