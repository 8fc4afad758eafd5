import AnyEventMP
import TestSupport
import Testing

private struct Point: Codable, MessageConvertible, Equatable {
  var x: Int
  var label: String
}

@Suite("snd, in its forms") struct SendFormTests {
  /// What arrives of what `send` sends.
  private func sent(_ send: (PortID) -> Void) -> Message {
    var got: Message = ["nothing"]
    withNode { _, _ in
      send(port { msg in got = msg })
    }
    return got
  }

  @Test("no value, and one to eight of them")
  func arities() {
    #expect(sent { snd($0) } == [])
    #expect(sent { snd($0, 1) } == [1])
    #expect(sent { snd($0, 1, 2) } == [1, 2])
    #expect(sent { snd($0, 1, 2, 3) } == [1, 2, 3])
    #expect(sent { snd($0, 1, 2, 3, 4) } == [1, 2, 3, 4])
    #expect(sent { snd($0, 1, 2, 3, 4, 5) } == [1, 2, 3, 4, 5])
    #expect(sent { snd($0, 1, "2", 3, 4, 5, 6, 7, 8.5) } == [1, "2", 3, 4, 5, 6, 7, 8.5])
  }

  @Test("literals of mixed types stand last, behind literals and variables")
  func mixedLiterals() {
    let n = 5
    let tag = "tag"
    #expect(sent { snd($0, ["a", 1, nil]) } == [["a", 1, nil]])
    #expect(
      sent { snd($0, "test", 123, ["a": [1, "x", nil]]) } == ["test", 123, ["a": [1, "x", nil]]])
    #expect(sent { snd($0, tag, n, [1, "x", true]) } == ["tag", 5, [1, "x", true]])
    #expect(sent { snd($0, tag, [Value(n), "x"]) } == ["tag", [5, "x"]])
    #expect(sent { snd($0, tag, n, n, ["k": 1, "l": "m"]) } == ["tag", 5, 5, ["k": 1, "l": "m"]])
    #expect(sent { snd($0, tag, [1, "x"] as Value, n) } == ["tag", [1, "x"], 5])
  }

  @Test("nil, arrays, dictionaries, Booleans, bytes and port ids")
  func types() {
    let list = [1, 2]
    let table = ["k": "v"]
    #expect(sent { snd($0, "t", nil as Int?) } == ["t", nil])
    #expect(sent { snd($0, "t", nil) } == ["t", nil])
    #expect(sent { snd($0, "t", list) } == ["t", [1, 2]])
    #expect(sent { snd($0, "t", table) } == ["t", ["k": "v"]])
    #expect(sent { snd($0, "t", [list, []]) } == ["t", [[1, 2], []]])
    #expect(sent { snd($0, "t", true, false) } == ["t", true, false])
    #expect(sent { snd($0, "t", [UInt8(0), 255]) }[1] == .bytes([0, 255]))
    #expect(sent { snd($0, PortID("a#b"), SELF) } == ["a#b", ""])
    #expect(sent { snd($0, "t", UInt8(3), Int64(-4), Float(0.5)) } == ["t", 3, -4, 0.5])
  }

  @Test("a Codable struct that is MessageConvertible arrives as one")
  func codable() {
    withNode { _, _ in
      var got: Point?
      let p = rcv(port(), "point") { (point: Point) in got = point }
      snd(p, "point", Point(x: 3, label: "ü"))
      #expect(got == Point(x: 3, label: "ü"))
      #expect(sent { snd($0, Point(x: 1, label: "a")) } == [["x": 1, "label": "a"]])
    }
  }

  @Test("snd(msg) sends behind its first value")
  func wholeMessage() {
    #expect(sent { snd([$0.messageValue, "tag", 1] as Message) } == ["tag", 1])
    #expect(sent { snd([$0.messageValue] as Message) } == [])
    withNode { _, loop in
      snd([] as Message)
      snd([nil, "x"] as Message)
      snd([[1], "x"] as Message)
      loop.settle()
    }
  }

  @Test("a port may be given as PortID, text or value")
  func addresses() {
    #expect(sent { snd($0.id, "x") } == ["x"])
    #expect(sent { snd(Value.string($0.id), "x") } == ["x"])
    withNode { _, loop in
      var got: [Message] = []
      let p = port { msg in got.append(msg) }
      after(0, p.id, "tick", 1)
      after(0, p, "tock")
      loop.run(until: { got.count == 2 })
      #expect(Set(got) == [["tick", 1], ["tock"]])
    }
  }
}
