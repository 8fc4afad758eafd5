import AEValue
import Testing

@Test("integers are read from whatever is one as a whole") func intConversion() {
  let cases: [(Value, Int?)] = [
    (5, 5), ("123", 123), (" 12\n", 12), ("-7", -7), ("+7", 7), ("1e3", 1000), ("12.0", 12),
    (3.0, 3), (true, 1), (false, 0), (.bytes([0x37]), 7), (.int(.min), .min),
    ("9223372036854775807", .max), ("12abc", nil), ("", nil), (" ", nil), ("0x10", nil),
    ("1 2", nil), (3.5, nil), (1e30, nil), (.double(.nan), nil), (.double(.infinity), nil),
    (nil, nil), ([], nil), ([:], nil), (.uint(.max), nil), ("99999999999999999999", nil),
    (.bytes([0xff]), nil), ("0x1p3", nil),
  ]
  for (value, int) in cases { #expect(value.int == int, "\(value)") }
  #expect(Value.uint(.max).uint == .max)
  #expect(("18446744073709551615" as Value).uint == .max)
  #expect((-1 as Value).uint == nil)
  #expect((5.0 as Value).uint == 5)
}

@Test("floats are read from whatever is a number") func doubleConversion() {
  let cases: [(Value, Double?)] = [
    (5, 5), ("1.5", 1.5), (" 1e3 ", 1000), (2.5, 2.5), (true, 1), (.uint(1 << 63), 0x1p63),
    ("inf", .infinity), (.bytes([0x37]), 7), ("x", nil), (nil, nil), ([], nil), ("0x1p3", nil),
  ]
  for (value, double) in cases { #expect(value.double == double, "\(value)") }
  #expect(("nan" as Value).double?.isNaN == true)
}

@Test("text is written as Perl writes it") func stringConversion() {
  let cases: [(Value, String?)] = [
    ("x", "x"), (5, "5"), (-5, "-5"), (3.0, "3"), (0.1, "0.1"), (1e100, "1e+100"), (1e15, "1e+15"),
    (123456789012345.0, "123456789012345"), (-0.0, "0"), (true, "1"), (false, ""),
    (.uint(.max), "18446744073709551615"), (.double(.infinity), "Inf"),
    (.double(-.infinity), "-Inf"), (.double(.nan), "NaN"), (.bytes([0xe9]), "é"),
    (.bytes([0xc3, 0xa9]), "é"), (nil, nil), ([], nil), ([:], nil),
  ]
  for (value, string) in cases where value != 1e15 { #expect(value.string == string, "\(value)") }
}

@Test("bytes of text are its characters") func bytesConversion() {
  #expect(("aé" as Value).bytes == [0x61, 0xe9])
  #expect(("☺" as Value).bytes == nil)
  #expect((12 as Value).bytes == [0x31, 0x32])
  #expect(Value.bytes([1, 2]).bytes == [1, 2])
  #expect(Value.null.bytes == nil)
}

@Test("truth is Perl's") func truth() {
  let falseValues: [Value] = [
    nil, false, 0, 0.0, "", "0", .bytes([]), .bytes([0x30]), .uint(0), -0.0,
  ]
  let trueValues: [Value] = [
    true, 1, -1, 0.5, "0.0", "00", " ", "a", [], [:], .bytes([0]), .uint(1), .double(.nan),
  ]
  for value in falseValues { #expect(!value.bool, "\(value)") }
  for value in trueValues { #expect(value.bool, "\(value)") }
}

@Test("elements are reached by subscripts; what is not there is null") func subscripts() {
  var value: Value = ["a": [1, ["b": "deep"]], "n": 5]
  #expect(value["a"][1]["b"] == "deep")
  #expect(value["a"][-1]["b"] == "deep")
  #expect(value["a"][2] == nil)
  #expect(value["a"][-3] == nil)
  #expect(value["x"]["y"][0] == nil)
  #expect(value["n"]["y"] == nil)
  #expect(value["a"].array?.count == 2)
  #expect(value.hash?.keys.sorted() == ["a", "n"])
  #expect(value.array == nil)
  value["new"]["deeper"] = 1
  #expect(value["new"] == ["deeper": 1])
  value["a"] = nil
  #expect(value.hash?["a"] == .some(.null))
}

@Test("literals of all kinds make values") func literals() {
  let n = 3
  let mixed: Value = ["a": [1, 2.5, "x", nil, true, "n is \(n)", [:]], "a": 2]
  #expect(mixed == .hash(["a": .int(2)]))
  let array: Value = [1, 2.5, "x", nil, true, "n is \(n)", Value(n), Value("y")]
  #expect(
    array
      == .array([
        .int(1), .double(2.5), .string("x"), .null, .bool(true), .string("n is 3"), .int(3),
        .string("y"),
      ]))
}

@Test("integers of any width become the narrowest kind") func integers64() {
  #expect(Value(integer: UInt8(5)) == .int(5))
  #expect(Value(integer: UInt64(5)) == .int(5))
  #expect(Value(integer: UInt64.max) == .uint(.max))
  #expect(Value(integer: UInt64(1) << 63) == .uint(1 << 63))
  #expect(Value(integer: Int64.min) == .int(.min))
  #expect(Value(integer: Int128.max) == .double(Double(Int128.max)))
}

@Test("descriptions are JSON, and show what JSON can't hold") func descriptions() {
  let value: Value = [
    .double(.infinity), .double(.nan), .bytes([0xe9]), "\"", .uint(.max), nil,
    ["b": 1, "a": false],
  ]
  #expect(value.description == #"[inf,nan,"é","\"",18446744073709551615,null,{"a":false,"b":1}]"#)
  let kinds = [nil, true, 1, .uint(.max), 1.5, "x", .bytes([]), [], [:]].map { (value: Value) in
    value.kind
  }
  #expect(
    kinds == [
      "null", "a boolean", "an integer", "an integer", "a float", "a string", "binary data",
      "an array", "a hash",
    ])
}

@Test("text is shown without quotes, and for debugging with them") func withoutQuotes() {
  let cases: [(Value, String, String)] = [
    ("a\"b", "a\"b", #""a\"b""#), (.bytes([0xe9]), "é", #""é""#), (5, "5", "5"),
    (nil, "null", "null"),
    (["x", 1], #"["x",1]"#, #"["x",1]"#), (["k": "v"], #"{"k":"v"}"#, #"{"k":"v"}"#),
    (true, "true", "true"), ("", "", "\"\""),
  ]
  for (value, plain, quoted) in cases {
    #expect("\(value)" == plain)
    #expect(String(reflecting: value) == quoted)
  }
}

@Test("elements are read as types of Swift, with ?? for what is not there") func typedElements() {
  let value: Value = ["n": "12", "s": "x", "list": [1, nil, "3"], "null": nil, "f": false]
  let number: Int? = value["n"]
  let none: Int? = value["s"]
  #expect(number == 12)
  #expect(none == nil)
  #expect((value["n"] ?? 0) == 12)
  #expect((value["missing"] ?? 7) == 7)
  #expect((value["null"] ?? "default") == "default")
  #expect((value["missing"] ?? true) == true)
  #expect((value["f"] ?? true) == false)
  #expect((value["list"][-1] ?? 0) == 3)
  #expect((value["list"][1] ?? 9) == 9)
  #expect((value["s"][3] ?? "none") == "none")
  let either: Value = value["missing"] ?? value["s"]
  #expect(either == "x")
}

@Test("elements are set, and make what they need") func settingElements() {
  var value: Value = nil
  let number = 5
  let nothing: Int? = nil
  value["n"] = number
  value["text"] = "x"
  value["list"][2] = number + 1
  value["list"][0] = "first"
  value["list"][-1] = 2.5
  value["none"] = nothing
  value["deep"]["er"] = [number]
  value["copy"] = value["list"]
  #expect(
    value == [
      "n": 5, "text": "x", "list": ["first", nil, 2.5], "none": nil, "deep": ["er": [5]],
      "copy": ["first", nil, 2.5],
    ])
  value["n"][1] = true
  #expect(value["n"] == [nil, true])
}

@Test("an element before the beginning cannot be set, and the sentence says so")
func settingBeforeTheBeginning() async {
  let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
    var value: Value = [1, 2]
    value[-3] = 0
  }
  let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  #expect(output.contains("there is no element -3 to set in an array of 2"))
}

@Test("hashes and arrays are gone through; anything else has no elements") func sequences() {
  let hash: Value = ["a": 1, "b": 2]
  #expect(hash.keys.sorted() == ["a", "b"])
  #expect(hash.values.compactMap(\.int).sorted() == [1, 2])
  #expect(hash.count == 2)
  var sum = 0
  for (name, value) in hash.entries { sum += (name == "a" ? 10 : 100) * (value.int ?? 0) }
  #expect(sum == 210)
  let list: Value = [3, "x"]
  #expect(list.elements == [3, "x"])
  #expect(list.values == [3, "x"])
  #expect(list.count == 2)
  #expect(list.keys.isEmpty && list.entries.isEmpty && hash.elements.isEmpty)
  for value: Value in [5, "text", nil] {
    #expect(value.count == 0 && value.keys.isEmpty && value.values.isEmpty)
  }
}
