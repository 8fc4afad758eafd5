import TestSupport
import Testing

@testable import AEValue

@Test("byte strings of pure ASCII are text, others are bytes") func byteStrings() throws {
  #expect(try CBOR.decode(bytes(hex: "4474657374")) == "test")
  #expect(try CBOR.decode(bytes(hex: "44636166e9")) == .bytes([0x63, 0x61, 0x66, 0xe9]))
  #expect(try CBOR.decode(bytes(hex: "44636166e9")).string == "café")
  #expect(try CBOR.decode(bytes(hex: "45636166c3a9")).string == "café")
  for count in 0..<40 {
    for place in 0..<count {
      var data = Array(repeating: UInt8(0x61), count: count)
      data[place] = 0x80
      #expect(try CBOR.decode(CBOR.encode(.bytes(data))) == .bytes(data))
    }
  }
}

@Test("wrong UTF-8 in text is repaired, not refused: a Perl string may hold anything")
func wrongUTF8() throws {
  #expect(try CBOR.decode(bytes(hex: "6361ff62")) == "a\u{fffd}b")
}

@Test("names in a hash are text whatever they were sent as; the last of a name counts")
func hashNames() throws {
  #expect(
    try CBOR.decode(bytes(hex: "a8 4161 01 6162 02 05 03 20 04 f93e00 05 f5 06 f6 07 41e9 08"))
      == ["a": 1, "b": 2, "5": 3, "-1": 4, "1.5": 5, "1": 6, "": 7, "é": 8])
  #expect(try CBOR.decode(bytes(hex: "a3 6161 01 4161 02 7f 6161 ff 03")) == ["a": 3])
}

@Test("lists and hashes are no names: as text in text they would double with every level")
func containersAsNames() throws {
  let inHash = String(repeating: "a1", count: 60) + "01" + String(repeating: "02", count: 60)
  for hex in ["a1 820102 03", "a1 80 03", "a1 d9d9f7 80 03", "bf a0 03 ff", inHash] {
    #expect(throws: CodecError(.malformed, at: hex == inHash ? 59 : 1)) {
      try CBOR.decode(bytes(hex: hex))
    }
  }
}

@Test("tags do not matter: references become null, big numbers numbers, all else its value")
func tags() throws {
  #expect(try CBOR.decode(bytes(hex: "d9d9f7 820102")) == [1, 2])
  #expect(try CBOR.decode(bytes(hex: "d90100 83 43616161 d81900 43626262")) == ["aaa", nil, "bbb"])
  #expect(try CBOR.decode(bytes(hex: "82 d81c 80 d81d 00")) == [[], nil])
  #expect(try CBOR.decode(bytes(hex: "c4820a19 03e8")) == [10, 1000])
  #expect(try CBOR.decode(bytes(hex: "c2420100")) == 256)
  #expect(try CBOR.decode(bytes(hex: "c2480000000000000005")) == 5)
  #expect(try CBOR.decode(bytes(hex: "c3420100")) == -257)
  #expect(try CBOR.decode(bytes(hex: "c240")) == 0)
  #expect(try CBOR.decode(bytes(hex: "c25f41014100ff")) == 256)
  #expect(try CBOR.decode(bytes(hex: "c26161")) == "a")
  #expect(try CBOR.decode(bytes(hex: "c248ffffffffffffffff")) == .uint(.max))
  #expect(
    try CBOR.decode([0xc2, 0x59, 0x10, 0x00] + Array(repeating: 0xff, count: 4096))
      == .double(.infinity))
  let manyTags = Array(repeating: UInt8(0xc6), count: 200_000) + [0x07]
  #expect(try CBOR.decode(manyTags) == 7)
}

@Test("integers from −2⁶³ to 2⁶⁴−1 are exact") func integers() throws {
  for shift in 0..<64 {
    for offset in [-1, 0, 1] {
      let magnitude = (UInt64(1) << UInt64(shift)) &+ UInt64(bitPattern: Int64(offset))
      let value = Value(integer: magnitude)
      #expect(try CBOR.decode(CBOR.encode(value)) == value)
      #expect(try JSON.decode(JSON.encode(value)) == value)
      if let number = Int(exactly: magnitude) {
        #expect(try CBOR.decode(CBOR.encode(.int(-number))) == .int(-number))
        #expect(try JSON.decode(JSON.encode(.int(-number))) == .int(-number))
      }
    }
  }
  #expect(try CBOR.decode(CBOR.encode(.int(.min))) == .int(.min))
  // −1 − 2⁶³ needs more than 64 bits.
  #expect(try CBOR.decode(bytes(hex: "3b8000000000000000")) == -9223372036854775809.0)
}

@Test("lengths and integers are as short as possible") func shortest() throws {
  let cases: [(Value, String)] = [
    (23, "17"), (24, "1818"), (255, "18ff"), (256, "190100"), (65535, "19ffff"),
    (65536, "1a00010000"), (4_294_967_295, "1affffffff"), (4_294_967_296, "1b0000000100000000"),
    (-24, "37"), (-25, "3818"), (-256, "38ff"), (-257, "390100"), (1.0, "fb3ff0000000000000"),
    (["a": .bytes([0xff])], "a1616141ff"), (nil, "f6"), ([true, false], "82f5f4"),
  ]
  for (value, hex) in cases { #expect(try CBOR.encode(value) == bytes(hex: hex), "\(value)") }
  for count in [23, 24, 255, 256, 65535, 65536] {
    let text = Value.string(String(repeating: "x", count: count))
    #expect(try CBOR.decode(CBOR.encode(text)) == text)
    let array = Value.array(Array(repeating: 1, count: count))
    #expect(try CBOR.decode(CBOR.encode(array)) == array)
  }
}

@Test("all half-precision numbers are read exactly") func halves() throws {
  for pattern in UInt16.min...UInt16.max {
    let read = try CBOR.decode([0xf9, UInt8(pattern >> 8), UInt8(pattern & 255)]).double
    let exponent = Int(pattern >> 10 & 31)
    let fraction = Double(pattern & 1023) / 1024
    let sign: FloatingPointSign = pattern >> 15 == 1 ? .minus : .plus
    if exponent == 31 {
      #expect(read?.isFinite == false && read?.isNaN == (fraction != 0))
    } else if exponent == 0 {
      #expect(read == Double(sign: sign, exponent: -14, significand: fraction))
    } else {
      #expect(read == Double(sign: sign, exponent: exponent - 15, significand: 1 + fraction))
    }
  }
}

@Test("the canonical encoding does not depend on how a value came or is held")
func canonical() throws {
  let pairs: [(Value, Value)] = [
    (3.0, 3), (.bytes([0x61]), "a"), (.bytes([0xe9]), "é"), (.uint(5), 5),
    (18446744073709549568.0, .uint(18_446_744_073_709_549_568)),
    (["b": 1, "a": 2, "aa": 3], ["aa": 3, "a": 2, "b": 1]), (-0.0, 0),
  ]
  for (first, second) in pairs {
    #expect(CBOREncoding.canonical(first) == CBOREncoding.canonical(second))
  }
  let cases: [(Value, String)] = [
    (1.5, "f93e00"), (100000.5, "fa47c35040"), (1.1, "fb3ff199999999999a"),
    (5.960464477539063e-8, "f90001"), (0.00006103515625, "f90400"), (-65504.5, "fac77fe080"),
    (0.333251953125, "f93555"), (6.097555160522461e-05, "f903ff"),
    (.double(.infinity), "f97c00"), (.double(-.infinity), "f9fc00"), (.double(.nan), "f97e00"),
    (["b": 1, "a": 2, "aa": 3], "a36161026162016261 6103"), ([nil, true], "82f6f5"),
    (.double(3.4028234663852886e+38), "fa7f7fffff"), (70000, "1a00011170"), (-500, "3901f3"),
  ]
  for (value, hex) in cases {
    #expect(CBOREncoding.canonical(value) == bytes(hex: hex), "\(value)")
  }
  #expect(CBOREncoding.canonicallyPrecedes(1, 2))
  #expect(!CBOREncoding.canonicallyPrecedes("b", "a"))
  #expect(CBOREncoding.canonicallyPrecedes("b", "aa"))
}

@Test(
  "values are ordered as their canonical encodings are, without encoding them",
  arguments: Seeds.some(1))
func canonicalOrder(seed: UInt64) {
  var random = SeededGenerator(seed: seed)
  var values: [Value] = [
    .null, false, true, 0, 23, 24, 255, 256, -1, -24, -25, .int(.max), .uint(.max), 0.5, -0.5,
    1e300,
    .double(.infinity), .double(.nan), 1.0, 2.5, "", "a", "b", "aa", "é", .bytes([0xe9]),
    .bytes([]),
    .bytes([0x61]), .bytes([0x61, 0xff]), "aÿ", "ÿÿ", .bytes([0xff, 0xff]), "abcd", [], [1], [2],
    [1, 2],
    ["x"], [[]], [:], ["a": 1], ["a": 2], ["b": 1], ["aa": 1], ["a": 1, "b": 2], ["a": 1, "c": 0],
    ["é": [1]], ["z": ["y": .bytes([0x80])]], ["z": ["y": "\u{80}"]],
  ]
  for _ in 0..<60 { values.append(random.value()) }
  for first in values {
    for second in values {
      let expected = CBOREncoding.canonical(first)
        .lexicographicallyPrecedes(CBOREncoding.canonical(second))
      #expect(
        CBOREncoding.canonicallyPrecedes(first, second) == expected, "\(first) \(second)")
    }
  }
}

@Test(
  "the canonical encoding of a random value reads back as the value, whole floats aside",
  arguments: Seeds.some(1))
func canonicalReads(seed: UInt64) throws {
  var random = SeededGenerator(seed: seed)
  for _ in 0..<500 {
    let value = random.value()
    let canonical = CBOREncoding.canonical(value)
    #expect(CBOREncoding.canonical(try CBOR.decode(canonical)) == canonical)
  }
}
