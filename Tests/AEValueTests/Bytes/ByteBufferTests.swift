import Glibc
import TestSupport
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

@Test("appending and consuming in turn keeps every byte", arguments: Seeds.some(1)) func queue(
  seed: UInt64
) {
  var random = SeededGenerator(seed: seed)
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

@Test("a large buffer keeps every byte while it grows, is consumed and cut")
func largeBuffer() {
  var state: UInt64 = 7
  func next(_ limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % limit
  }
  let buffer = ByteBuffer()
  // The bytes are those of a counter, so that what must be there is known without a copy.
  var (first, last) = (0, 0)
  func byte(_ place: Int) -> UInt8 { UInt8(truncatingIfNeeded: place &* 31 &+ place >> 13) }
  func isRight() -> Bool {
    let bytes = buffer.bytes
    guard bytes.count == last - first else { return false }
    for place in stride(from: 0, to: bytes.count, by: 4099)
    where bytes[place] != byte(first + place) { return false }
    return bytes.isEmpty || bytes[bytes.count - 1] == byte(last - 1)
  }
  for round in 0..<400 {
    let grows = round % 100 < 60
    let count = next(grows ? 300_000 : 60_000)
    buffer.append(uninitialized: count) { target in
      for place in 0..<count {
        target.storeBytes(of: byte(last + place), toByteOffset: place, as: UInt8.self)
      }
    }
    last += count
    let consumed = min(last - first, next(grows ? 150_000 : 500_000))
    buffer.removeFirst(consumed)
    first += consumed
    if round % 50 == 49 {
      let left = (last - first) / 2
      buffer.truncate(to: left)
      last = first + left
    }
    #expect(isRight(), "round \(round)")
  }
  buffer.removeAll(keepingCapacity: false)
  #expect(buffer.isEmpty)
}

/// What the kernel counts as this process's memory, in bytes: now, and at most.
private func memory(_ key: String) -> Int {
  guard let file = fopen("/proc/self/status", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 200)
  while fgets(&line, 200, file) != nil {
    let text = String(
      decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if text.hasPrefix(key) { return (Int(text.filter(\.isNumber)) ?? 0) << 10 }
  }
  return 0
}

private func say(_ text: String) {
  _ = text.utf8CString.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count - 1) }
}

@Test(
  "a queue of 200 MB takes hardly more memory than that, and less as it is sent",
  .enabled(if: Sanitizer.current == nil, "a sanitizer keeps what was released"))
func memoryOfLargeBuffer() async {
  await #expect(processExitsWith: .success) {
    let part = [UInt8](repeating: 7, count: 1 << 20)
    let buffer = ByteBuffer()
    let before = memory("VmRSS:")
    for _ in 0..<200 { buffer.append(contentsOf: part) }
    let most = memory("VmHWM:") - before
    if most > 240 << 20 {
      say("\(most >> 20) MiB\n")
      exit(1)
    }
    for _ in 0..<1600 { buffer.removeFirst(64 << 10) }
    let half = memory("VmRSS:") - before
    if half > 110 << 20 {
      say("\(half >> 20) MiB\n")
      exit(2)
    }
    // It goes on as a queue does that never runs empty.
    for _ in 0..<400 {
      buffer.append(contentsOf: part)
      buffer.removeFirst(part.count)
    }
    let steady = memory("VmHWM:") - before
    if steady > 240 << 20 {
      say("\(steady >> 20) MiB\n")
      exit(3)
    }
    exit(0)
  }
}

@Test(
  "how much was consumed is known however the bytes were moved", arguments: [1, 1 << 18],
  Seeds.some(1))
func consumed(_ piece: Int, seed: UInt64) {
  var random = SeededGenerator(seed: seed)
  let buffer = ByteBuffer()
  var taken = 0
  for _ in 0..<200 {
    buffer.append(
      contentsOf: [UInt8](repeating: 1, count: Int.random(in: 0...12, using: &random) * piece))
    let count = min(buffer.count, Int.random(in: 0...13, using: &random) * piece)
    buffer.removeFirst(count)
    taken += count
    if Int.random(in: 0..<50, using: &random) == 0 {
      taken += buffer.count
      buffer.removeAll(keepingCapacity: false)
    }
    #expect(buffer.consumedCount == taken)
  }
}
