// Bytes: text is characters, what travels is bytes.
import AnyEvent

// == Characters and bytes
// A `String` is text, `[UInt8]` is bytes; the types keep them apart, where Perl has one for both.

let text = "naïve"
let bytes = Array(text.utf8)
print("\(text.count) characters, \(bytes.count) bytes")

// == Bytes that may be no text
// `String(validating:as:)` is nil for them. `bytes.text` takes them for Latin-1 then, which loses nothing: use it to show what came.

for bytes: [UInt8] in [[110, 97, 0xC3, 0xAF, 118, 101], [110, 97, 0xEF, 118, 101]] {
  if let text = String(validating: bytes, as: UTF8.self) {
    print("\(text.count) characters")
  } else {
    print("no UTF-8")
  }
}

// == Hexadecimal

func bytes(hex: String) -> [UInt8] {
  let digits = hex.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map {
    UInt8(digits[$0] << 4 | digits[$0 + 1])
  }
}

func hex(_ bytes: [UInt8]) -> String {
  bytes.map { (($0 < 16) ? "0" : "") + String($0, radix: 16) }.joined()
}

let id = bytes(hex: "00ff7f")
print(hex(id))

// == Numbers with a fixed length
// The type has the length: `UInt16` is `n`, `UInt32` is `N`, `UInt8` is `C`.

func pack(_ number: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: number.bigEndian) { Array($0) }
}

func unpack<Number: FixedWidthInteger>(_ type: Number.Type, _ bytes: inout ArraySlice<UInt8>)
  -> Number?
{
  let size = Number.bitWidth / 8
  guard bytes.count >= size else { return nil }
  defer { bytes.removeFirst(size) }
  return bytes.prefix(size).reduce(0) { number, byte in
    number << 8 | Number(truncatingIfNeeded: byte)
  }
}

let header = pack(UInt16(258)) + pack(UInt32(65536)) + [7]
print(header.map(String.init).joined(separator: " "))

var rest = header[...]
if let type = unpack(UInt16.self, &rest), let length = unpack(UInt32.self, &rest),
  let flags = unpack(UInt8.self, &rest)
{
  print("type \(type), length \(length), flags \(flags)")
}

// == The other byte order
// `v` and `V` are the same with `littleEndian`.

func packLittle(_ number: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

print((packLittle(UInt16(258)) + packLittle(UInt32(1))).map(String.init).joined(separator: " "))

// == A text behind its length
// A handle does that: `push_write(.packstring(.n), text)` and `push_read(.packstring(.n)) { … }`.

let record = pack(UInt16("hello".utf8.count)) + Array("hello".utf8)
var unread = record[...]
if let length = unpack(UInt16.self, &unread), unread.count >= length {
  print("\(record.count) bytes, \(unread.prefix(Int(length)).text)")
}

// == A single byte

print(UInt8(ascii: "A"), Character(UnicodeScalar(66)))

// == Bits
// Numbers have a width: what is too large for it stops the program, unless the operator is `&+`, `&*` or `&<<`.

let mask = 1 << 3 | 1 << 5
print(mask, mask & 8 != 0 ? "on" : "off", String(mask & ~8, radix: 2))

// == Building up and taking off
// What comes from a connection is read by its handle, in the form that is wanted: `push_read(.line) { … }`.

var buffer: [UInt8] = []
buffer += "GET / HTTP/1.0\r\nHost: x\r\n".utf8
while let end = buffer.firstRange(of: "\r\n".utf8) {
  print("line: \(buffer[..<end.lowerBound].text)")
  buffer.removeSubrange(..<end.upperBound)
}
print("\(buffer.count) left")
