@testable import AEValue

/// Scans of text: those with vectors and with words find what a look at each byte finds, read and write nothing beyond
/// the given bytes, and text is made of the same bytes as the standard library's.
func fuzzScans(_ input: [UInt8]) throws {
  var input = FuzzInput(input)
  let offset = Int(input.byte() & 15)
  let bytes = input.remainder
  // Of just this size, so that the address sanitizer sees every byte too many.
  let memory = UnsafeMutableRawBufferPointer.allocate(
    byteCount: offset + bytes.count, alignment: 16)
  defer { memory.deallocate() }
  guard let start = memory.baseAddress.map({ $0 + offset }) else { return }
  memory.copyBytes(from: [UInt8](repeating: 0, count: offset) + bytes)
  try comparePlain(UnsafeRawPointer(start), bytes)
  try compareText(UnsafeRawPointer(start), bytes)
}

private func comparePlain(_ start: UnsafeRawPointer, _ bytes: [UInt8]) throws {
  let plain = bytes.prefix { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
  for scan: (UnsafeRawPointer, Int, inout Bool) -> Int in [
    { TextScan.plainCount($0, $1, isASCII: &$2) },
    { TextScan.plainCount($0, $1, isASCII: &$2, atMost: .sixteen) }, TextScan.Words.plainCount,
  ] {
    var isASCII = true
    let count = scan(start, bytes.count, &isASCII)
    try demand(count == plain.count, "\(count) plain bytes are \(plain.count)")
    // It may see what is behind them, but misses nothing.
    try demand(!isASCII || plain.allSatisfy { $0 < 0x80 }, "plain bytes said to be ASCII are it")
    try demand(
      isASCII || !bytes.allSatisfy { $0 < 0x80 }, "bytes that are all ASCII are said to be it")
  }
  for copy in [
    { TextScan.copyPlain($0, $1, to: $2) },
    { TextScan.copyPlain($0, $1, to: $2, atMost: .sixteen) }, TextScan.Words.copyPlain,
  ] {
    let target = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { target.deallocate() }
    guard let place = target.baseAddress else { continue }
    let count = copy(start, bytes.count, place)
    try demand(count == plain.count, "\(count) copied bytes are \(plain.count)")
    try demand(target.prefix(count).elementsEqual(plain), "the plain bytes are copied")
  }
  let isASCII = bytes.allSatisfy { $0 < 0x80 }
  for scan in [
    { TextScan.isASCII($0, $1) }, { TextScan.isASCII($0, $1, atMost: .sixteen) },
    TextScan.Words.isASCII,
  ] {
    try demand(scan(start, bytes.count) == isASCII, "whether all bytes are ASCII")
  }
}

private func compareText(_ start: UnsafeRawPointer, _ bytes: [UInt8]) throws {
  let place = PacketBytes(start, end: start + bytes.count)
  let text = place.text(
    start, bytes.count, isASCII: TextScan.isASCII(start, bytes.count))
  let expected = String(validating: bytes, as: UTF8.self)
  try demand(text.map { Array($0.utf8) } == expected.map { Array($0.utf8) }, "text of an argument")
  var room = bytes.count
  let repaired = RepairedText.make(
    UnsafeRawBufferPointer(start: start, count: bytes.count), room: &room)
  try demand(
    repaired.map { Array($0.utf8) } == Array(String(decoding: bytes, as: UTF8.self).utf8),
    "repaired text is the standard library's")
  let latin1 = String(latin1: UnsafeRawBufferPointer(start: start, count: bytes.count))
  try demand(
    latin1.unicodeScalars.elementsEqual(bytes.lazy.map { Unicode.Scalar($0) }),
    "a character for each byte")
}
