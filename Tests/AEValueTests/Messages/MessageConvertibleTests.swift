import AEValue
import Testing

private func convert<T: MessageConvertible>(_ value: Value, _ type: T.Type = T.self) -> T? {
  T(messageValue: value)
}

@Test("standard types are sent as the value they are") func sent() {
  #expect(5.messageValue == .int(5))
  #expect(UInt8(5).messageValue == .int(5))
  #expect(UInt64.max.messageValue == .uint(.max))
  #expect(Int64.min.messageValue == .int(.min))
  #expect(1.5.messageValue == .double(1.5))
  #expect(Float(1.5).messageValue == .double(1.5))
  #expect(true.messageValue == .bool(true))
  #expect("x".messageValue == .string("x"))
  #expect("xyz".dropFirst().messageValue == .string("yz"))
  #expect([1, 2].messageValue == [1, 2])
  #expect([UInt8(1), 2].messageValue == .bytes([1, 2]))
  #expect([Value](["x", 1]).messageValue == ["x", 1])
  #expect(["a": [1]].messageValue == ["a": [1]])
  #expect((nil as Int?).messageValue == .null)
  #expect((5 as Int?).messageValue == .int(5))
  #expect([nil, 5 as Int?].messageValue == [nil, 5])
}

@Test("an empty array is an array whatever its elements, except of bytes") func emptyArrays() {
  #expect(([] as [Int]).messageValue == .array([]))
  #expect(([] as [String]).messageValue == .array([]))
  #expect(([] as [Value]).messageValue == .array([]))
  #expect(([] as [UInt8]).messageValue == .bytes([]))
  #expect(([:] as [String: Int]).messageValue == .hash([:]))
}

@Test("received values convert as Perl would, or do not fit") func received() {
  #expect(convert("123", Int.self) == 123)
  #expect(convert("12abc", Int.self) == nil)
  #expect(convert(300, UInt8.self) == nil)
  #expect(convert(-1, UInt.self) == nil)
  #expect(convert(.uint(.max), UInt64.self) == .max)
  #expect(convert(.uint(.max), Int64.self) == nil)
  #expect(convert("18446744073709551615", UInt.self) == .max)
  #expect(convert(5, Double.self) == 5)
  #expect(convert("x", Double.self) == nil)
  #expect(convert(5, Float.self) == 5)
  #expect(convert(5, String.self) == "5")
  #expect(convert(nil, String.self) == nil)
  #expect(convert(5, Substring.self) == "5")
  #expect(convert("0", Bool.self) == false)
  #expect(convert(["1", 2.0], [Int].self) == [1, 2])
  #expect(convert(["1", "x"], [Int].self) == nil)
  #expect(convert("aé", [UInt8].self) == [0x61, 0xe9])
  #expect(convert([1, 2], [UInt8].self) == [1, 2])
  #expect(convert([1, 300], [UInt8].self) == nil)
  #expect(convert(["a": "1"], [String: Int].self) == ["a": 1])
  #expect(convert(["a": "x"], [String: Int].self) == nil)
  #expect(convert([], [String: Int].self) == nil)
  #expect(convert(["a": nil], TextDictionary<Value>.self) == ["a": nil])
}

@Test("an optional takes null, and what fits its type") func optionals() {
  #expect(convert(nil, Int?.self) == .some(.none))
  #expect(convert("5", Int?.self) == .some(.some(5)))
  #expect(convert("x", Int?.self) == nil)
  #expect(convert([1, nil], [Int?].self) == [1, nil])
}

private struct Point: Codable, Equatable, MessageConvertible {
  var x: Int
  var y: Double
  var label: String?
}

private enum Colour: String, Codable, MessageConvertible {
  case red
  case green
}

@Test("a Codable type needs only the declaration") func codableConvertible() {
  let point = Point(x: 1, y: 2.5, label: nil)
  #expect(point.messageValue == ["x": 1, "y": 2.5])
  #expect(convert(["x": "1", "y": 2.5, "more": []], Point.self) == point)
  #expect(convert(["x": 1], Point.self) == nil)
  #expect(Colour.red.messageValue == "red")
  #expect(convert("green", Colour.self) == .green)
  #expect(convert("blue", Colour.self) == nil)
  #expect([point].messageValue == [["x": 1, "y": 2.5]])
}

@Test("pairs are a hash in an array and two values in a list") func pairs() {
  let n = 4
  #expect(
    ["a" => n + 1, "b" => [n, nil, ["c" => "x"]]].messageValue == [
      "a": 5, "b": [4, nil, ["c": "x"]],
    ])
  #expect(["a" => 1, "a" => 2].messageValue == ["a": 2])
  #expect(([] as [Pair]).messageValue == [:])
  #expect(("a" => []).value == [] && ("a" => [:]).value == [:] && ("a" => nil).value == nil)
  #expect(("a" => "b" => n).value == ["b": 4])
  #expect(Value(["a" => 1, 2, "b" => 3]) == ["a", 1, 2, "b", 3])
  #expect(Value.list(["a" => 1, nil, "b"]) == ["a", 1, nil, "b"])
  #expect(Value(["a": n, "b": "x"]) == ["a": 4, "b": "x"])
}

@Test("pairs are read from a hash, by name") func readPairs() {
  #expect(convert(["b": 2, "a": 1], [Pair].self) == ["a" => 1, "b" => 2])
  #expect(convert([:], [Pair].self) == [])
  #expect(convert([["a": 1], ["b": 2]], [Pair].self) == ["a" => 1, "b" => 2])
  #expect(convert(["a": 1], Pair.self) == Pair("a", 1))
  #expect(convert(["a": 1, "b": 2], Pair.self) == nil)
  #expect(convert(1, [Pair].self) == nil)
}
