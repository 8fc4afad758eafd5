import AEValue
import Testing

/// The examples of RFC 8949, appendix A: encoding, and what the network makes of it.
private let examples: [(hex: String, value: Value)] = [
  ("00", 0), ("01", 1), ("0a", 10), ("17", 23), ("1818", 24), ("1819", 25), ("1864", 100),
  ("1903e8", 1000), ("1a000f4240", 1_000_000), ("1b000000e8d4a51000", 1_000_000_000_000),
  ("1bffffffffffffffff", .uint(.max)), ("c249010000000000000000", 18446744073709551616.0),
  ("3bffffffffffffffff", -18446744073709551616.0),
  ("c349010000000000000000", -18446744073709551617.0), ("20", -1), ("29", -10), ("3863", -100),
  ("3903e7", -1000), ("f90000", 0.0), ("f98000", -0.0), ("f93c00", 1.0),
  ("fb3ff199999999999a", 1.1), ("f93e00", 1.5), ("f97bff", 65504.0), ("fa47c35000", 100000.0),
  ("fa7f7fffff", 3.4028234663852886e+38), ("fb7e37e43c8800759c", 1.0e+300),
  ("f90001", 5.960464477539063e-8), ("f90400", 0.00006103515625), ("f9c400", -4.0),
  ("fbc010666666666666", -4.1), ("f97c00", .double(.infinity)), ("f9fc00", .double(-.infinity)),
  ("fa7f800000", .double(.infinity)), ("faff800000", .double(-.infinity)),
  ("fb7ff0000000000000", .double(.infinity)), ("fbfff0000000000000", .double(-.infinity)),
  ("f4", false), ("f5", true), ("f6", nil), ("f7", nil), ("f0", nil), ("f8ff", nil),
  ("c074323031332d30332d32315432303a30343a30305a", "2013-03-21T20:04:00Z"),
  ("c11a514b67b0", 1_363_896_240), ("c1fb41d452d9ec200000", 1363896240.5),
  ("d74401020304", "\u{1}\u{2}\u{3}\u{4}"), ("d818456449455446", "dIETF"),
  ("d82076687474703a2f2f7777772e6578616d706c652e636f6d", "http://www.example.com"),
  ("40", ""), ("4401020304", "\u{1}\u{2}\u{3}\u{4}"), ("60", ""), ("6161", "a"),
  ("6449455446", "IETF"), ("62225c", "\"\\"), ("62c3bc", "\u{fc}"), ("63e6b0b4", "\u{6c34}"),
  ("64f0908591", "\u{10151}"), ("80", []), ("83010203", [1, 2, 3]),
  ("8301820203820405", [1, [2, 3], [4, 5]]),
  (
    "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
    .array((1...25).map { .int($0) })
  ),
  ("a0", [:]), ("a201020304", ["1": 2, "3": 4]), ("a26161016162820203", ["a": 1, "b": [2, 3]]),
  ("826161a161626163", ["a", ["b": "c"]]),
  (
    "a56161614161626142616361436164614461656145",
    ["a": "A", "b": "B", "c": "C", "d": "D", "e": "E"]
  ),
  ("5f42010243030405ff", "\u{1}\u{2}\u{3}\u{4}\u{5}"),
  ("7f657374726561646d696e67ff", "streaming"), ("9fff", []),
  ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]), ("9f01820203820405ff", [1, [2, 3], [4, 5]]),
  ("83018202039f0405ff", [1, [2, 3], [4, 5]]), ("83019f0203ff820405", [1, [2, 3], [4, 5]]),
  (
    "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff",
    .array((1...25).map { .int($0) })
  ),
  ("bf61610161629f0203ffff", ["a": 1, "b": [2, 3]]), ("826161bf61626163ff", ["a", ["b": "c"]]),
  ("bf6346756ef563416d7421ff", ["Fun": true, "Amt": -2]),
]

@Test("the examples of RFC 8949 are read as the network means them") func rfcExamples() throws {
  for (hex, value) in examples {
    #expect(try CBOR.decode(bytes(hex: hex)) == value, "\(hex)")
    var stream = DocumentStream(framing: .cbor)
    #expect(try stream.feed(bytes(hex: hex + hex)) == [value, value], "\(hex)")
  }
  for hex in ["f97e00", "fa7fc00000", "fb7ff8000000000000"] {
    #expect(try CBOR.decode(bytes(hex: hex)).double?.isNaN == true)
  }
}

@Test("each example is truncated at every place") func rfcTruncated() {
  for (hex, _) in examples {
    let whole = bytes(hex: hex)
    for count in 0..<whole.count {
      let error = #expect(throws: CodecError.self) { try CBOR.decode(Array(whole.prefix(count))) }
      #expect(error?.code == .truncated, "\(hex) \(count)")
    }
  }
}

@Test("each example also comes one byte at a time") func rfcByteByByte() throws {
  for (hex, value) in examples {
    var stream = DocumentStream(framing: .cbor)
    var values: [Value] = []
    for byte in bytes(hex: hex + "00") { values += try stream.feed([byte]) }
    #expect(values == [value, 0], "\(hex)")
    try stream.finish()
  }
}

@Test(
  "what is no CBOR is refused, whole and in pieces",
  arguments: [
    "1c", "1d", "1e", "1f", "3c", "3f", "5c", "7d", "9e", "bd", "dc", "df", "fc", "fd", "fe", "ff",
    "f800", "f81f", "5f00ff", "5f6161ff", "7f4161ff", "5f5f4100ffff", "81ff", "a101ff", "bf01ff",
    "c0ff", "8201ff", "9f1c", "bf1f",
  ])
func malformed(_ hex: String) {
  let error = #expect(throws: CodecError.self) { try CBOR.decode(bytes(hex: hex)) }
  #expect(error?.code == .malformed)
  var stream = DocumentStream(framing: .cbor)
  #expect(throws: CodecError.self) {
    for byte in bytes(hex: hex + "0000000000") { _ = try stream.feed([byte]) }
  }
}

@Test("one document means one") func oneDocument() {
  let error = #expect(throws: CodecError.self) { try CBOR.decode([0x01, 0x02]) }
  #expect(error == nil || error?.code == .trailingData)
  #expect(error?.offset == 1)
  #expect(throws: CodecError.self) { try CBOR.decode([]) }
}
