import Testing

@testable import AEValue

private func text(_ buffer: ByteBuffer) -> String { String(decoding: buffer.bytes, as: UTF8.self) }

@Test("what is appended is read in order, and can be taken back") func appending() {
  let buffer = ByteBuffer()
  #expect(buffer.isEmpty)
  buffer.append("abc")
  buffer.append(UInt8(ascii: "d"))
  let variable = "é" + String(repeating: "f", count: 3)
  buffer.append(variable)
  buffer.append(contentsOf: [0x67])
  buffer.append(contentsOf: UnsafeRawBufferPointer(start: nil, count: 0))
  #expect(text(buffer) == "abcdéfffg")
  buffer.truncate(to: 4)
  #expect(text(buffer) == "abcd")
  buffer.removeFirst(2)
  #expect(text(buffer) == "cd")
  buffer.truncate(to: 1)
  #expect(text(buffer) == "c")
  buffer.removeFirst(1)
  #expect(buffer.isEmpty)
  buffer.append("x")
  buffer.removeAll(keepingCapacity: false)
  #expect(buffer.count == 0)
  buffer.append("y")
  #expect(text(buffer) == "y")
}

@Test("appending and consuming in turn keeps every byte") func queue() {
  var random = SeededRandom(seed: 3)
  let buffer = ByteBuffer()
  var model: [UInt8] = []
  for _ in 0..<5000 {
    let added = (0..<Int.random(in: 0..<200, using: &random)).map { UInt8($0) }
    buffer.append(contentsOf: added)
    model += added
    let taken = Int.random(in: 0...min(model.count, 220), using: &random)
    buffer.removeFirst(taken)
    model.removeFirst(taken)
    #expect(buffer.count == model.count)
    #expect(buffer.bytes.elementsEqual(model))
  }
}

@Test("a string that is not held as contiguous UTF-8 is appended too") func sliced() {
  let buffer = ByteBuffer()
  let long = String(repeating: "0123456789é", count: 10)
  buffer.append(String(long.dropFirst(5)))
  #expect(text(buffer) == String(long.dropFirst(5)))
}

@Test("a buffer that ran empty gives much memory back and keeps a little") func emptyMemory() {
  let buffer = ByteBuffer()
  let megabyte = [UInt8](repeating: 7, count: 1 << 20)
  for _ in 0..<8 { buffer.append(contentsOf: megabyte) }
  while buffer.count > 0 { buffer.removeFirst(min(buffer.count, 65_536)) }
  #expect(buffer.capacity <= ByteBuffer.keptCapacity)
  buffer.append(contentsOf: Array(megabyte.prefix(1000)))
  let kept = buffer.capacity
  buffer.removeFirst(1000)
  #expect(buffer.capacity == kept)
}
