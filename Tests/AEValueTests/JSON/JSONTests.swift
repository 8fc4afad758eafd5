import AEValue
import Testing

@Test("numbers become what they are: integers to 64 bits, floats beyond") func jsonNumbers() throws
{
  let cases: [(String, Value)] = [
    ("0", 0), ("-0", 0), ("123", 123), ("-1", -1), ("1.0", 1.0), ("1e2", 100.0), ("1E+2", 100.0),
    ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
    ("9223372036854775808", .uint(1 << 63)), ("18446744073709551615", .uint(.max)),
    ("18446744073709551616", 18446744073709551616.0),
    ("-9223372036854775809", -9223372036854775809.0), ("1e400", .double(.infinity)),
    ("-2.5e-3", -0.0025), ("999999999999999999", 999_999_999_999_999_999),
    ("1000000000000000000", 1_000_000_000_000_000_000),
  ]
  for (text, value) in cases {
    #expect(try JSON.decode(text) == value, "\(text)")
    #expect(try JSON.decode("[\(text) ]") == [value], "\(text)")
    #expect(try JSON.decode("[\(text),\(text)]") == [value, value], "\(text)")
  }
}

@Test("numbers are written so that they read back the same") func jsonNumbersOut() throws {
  let cases: [(Value, String)] = [
    (0, "0"), (9, "9"), (10, "10"), (-1, "-1"), (99, "99"), (100, "100"),
    (.int(.min), "-9223372036854775808"), (.int(.max), "9223372036854775807"),
    (.uint(.max), "18446744073709551615"), (3.0, "3.0"), (1e100, "1e+100"), (0.1, "0.1"),
    (-0.0, "-0.0"), (.double(.leastNonzeroMagnitude), "5e-324"),
  ]
  for (value, text) in cases {
    #expect(try JSON.encode(value) == text)
    #expect(try JSON.decode(text) == value)
  }
}

@Test("every power of ten and its neighbours is written with all its digits")
func jsonPowers() throws {
  var power: UInt64 = 1
  for _ in 0..<20 {
    for number in [power - 1, power, power + 1] {
      let value = Value(integer: number)
      #expect(try JSON.encode(value) == String(number))
      #expect(try JSON.decode(String(number)) == value)
    }
    power = power.multipliedReportingOverflow(by: 10).partialValue
  }
}

@Test("escapes become characters, lone surrogates the replacement character")
func jsonEscapes() throws {
  let cases: [(String, String)] = [
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u0041\u00e9\u263A""#, "Aé☺"),
    (#""\ud834\udd1e""#, "𝄞"), (#""\ud834""#, "\u{fffd}"), (#""\ud834x""#, "\u{fffd}x"),
    (#""\udd1e\ud834""#, "\u{fffd}\u{fffd}"), (#""\ud834\u0041""#, "\u{fffd}A"),
    (#""\ud834\ud834\udd1e""#, "\u{fffd}𝄞"), (#""\ud834\n""#, "\u{fffd}\n"),
    (#""\u0000""#, "\u{0}"),
  ]
  for (text, string) in cases { #expect(try JSON.decode(text) == .string(string), "\(text)") }
}

@Test("wrong escapes, control characters and wrong UTF-8 are refused as such")
func jsonStringErrors() {
  let cases: [([UInt8], CodecError.Code)] = [
    (Array(#"["\x41"]"#.utf8), .invalidEscape), (Array(#"["\u12"]"#.utf8), .invalidEscape),
    (Array(#"["\u12g4"]"#.utf8), .invalidEscape), (Array("[\"a\nb\"]".utf8), .controlCharacter),
    ([0x5b, 0x22, 0xff, 0x22, 0x5d], .invalidUTF8),
    ([0x5b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x5d], .invalidUTF8),
    ([0x5b, 0x22, 0xc3, 0x22, 0x5d], .invalidUTF8),
    (Array("[\"abcdefghijklmnopqrstuvwxyz\u{1}abcdefgh\"]".utf8), .controlCharacter),
  ]
  for (bytes, code) in cases {
    let error = #expect(throws: CodecError.self) { try JSON.decode(bytes) }
    #expect(error?.code == code)
  }
}

@Test("a special byte at any place of a string of any length is found, reading and writing")
func jsonSpecialBytes() throws {
  for count in 0..<40 {
    for place in 0..<max(count, 1) {
      for special in ["\"", "\\", "\n", "\u{1f}", "é", "\u{7f}", "!", "#", "["] {
        var text = Array(repeating: "x", count: count)
        if place < count { text[place] = special }
        let value = Value.string(text.joined())
        #expect(try JSON.decode(JSON.encode(value)) == value)
      }
    }
  }
}

@Test("bytes go out as one character each and come back as bytes where bytes are asked for")
func jsonBytes() throws {
  let all = Value.bytes(Array(0...255))
  let back = try JSON.decode(JSON.encode(all))
  #expect(back.string?.unicodeScalars.map(\.value) == Array(0...255))
  #expect(back.bytes == Array(0...255))
}

@Test("the strict mode knows no infinities, packets know them as Perl writes them")
func jsonInfinities() throws {
  for text in ["[inf]", "[nan]", "[-inf]", "[Infinity]", "[NaN]"] {
    #expect(throws: CodecError.self) { try JSON.decode(text) }
  }
  let text = #"["p",inf,-inf,Inf,-Infinity,nan,-nan,NaN,null]"#
  let whole = packets(.json, [Array(text.utf8)])
  #expect(whole.error == nil)
  let message = whole.packets.first?.message ?? []
  #expect(
    message.prefix(4) == [
      .double(.infinity), .double(-.infinity), .double(.infinity), .double(-.infinity),
    ])
  #expect(message.dropFirst(4).prefix(3).allSatisfy { $0.double?.isNaN == true })
  #expect(message.last == .null)
  #expect(packets(.json, [Array(#"["p",info]"#.utf8)]).error != nil)
}

@Test("of a name that comes twice the last counts") func jsonDuplicates() throws {
  #expect(try JSON.decode(#"{"a":1,"b":2,"a":3}"#) == ["a": 3, "b": 2])
}

@Test("pretty and sorted texts are always the same for the same value") func jsonStyles() throws {
  let value: Value = ["b": [1, [], [:]], "a": nil, "c": ["x": true]]
  #expect(try JSON.encode(value, style: .sorted) == #"{"a":null,"b":[1,[],{}],"c":{"x":true}}"#)
  #expect(
    try JSON.encode(value, style: .pretty) == """
      {
         "a" : null,
         "b" : [
            1,
            [],
            {}
         ],
         "c" : {
            "x" : true
         }
      }

      """)
  #expect(value.description == #"{"a":null,"b":[1,[],{}],"c":{"x":true}}"#)
}
