import Testing

@testable import AEMPWire

/// Records by themselves: every size, every segmentation, and everything that can be wrong with them.
struct RecordTests {
  private static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 % 253) } }

  @Test(
    "what is sealed is opened, whatever its size and the segmentation",
    arguments: SealedMethod.allCases)
  func roundTrip(_ method: SealedMethod) throws {
    let sizes = [1, 2, 31, 32, 33, 63, 64, 65, 4096, 65_535, 65_536, 65_537, 300_000]
    for cut in [1, 3, 4, 5, 19, 20, 21, 36, 1000, 65_536, 65_556, 1_000_000] {
      let (a, b) = try SealedKeys.pair(method)
      let sealer = RecordSealer(a)
      let sent = sizes.flatMap(RecordTests.bytes)
      let sealed =
        sizes.flatMap { sealer.sealed(RecordTests.bytes($0)) } + sealer.sealed([], isLast: true)
      let opened = Opened(RecordOpener(b), segments(of: cut)(sealed))
      #expect(opened.error == nil)
      #expect(opened.hasEnded)
      let isSame = opened.bytes == sent
      #expect(isSame, "cut at \(cut)")
    }
  }

  @Test(
    "a record carries at most 65536 bytes, and many small pieces share one",
    arguments: SealedMethod.allCases)
  func sizes(_ method: SealedMethod) throws {
    let (a, b) = try SealedKeys.pair(method)
    let sealer = RecordSealer(a)
    let (plain, out) = (ByteBuffer(), ByteBuffer())
    for _ in 0..<1000 { plain.append(contentsOf: RecordTests.bytes(100)) }
    sealer.seal(plain, into: out)
    #expect(plain.isEmpty)
    #expect(out.count == 100_000 + 2 * 20)
    let opened = Opened(RecordOpener(b), [Array(out.bytes)], endsThere: false)
    #expect(opened.contents.map(\.count) == [65_536, 34_464])
  }

  @Test(
    "at most four records are made at a time, so that little is sealed that has to wait",
    arguments: SealedMethod.allCases)
  func atATime(_ method: SealedMethod) throws {
    let sealer = RecordSealer(try SealedKeys.pair(method).0)
    let (plain, out) = (ByteBuffer(), ByteBuffer())
    plain.append(contentsOf: RecordTests.bytes(1_000_000))
    sealer.seal(plain, into: out)
    #expect(out.count == 4 * (65_536 + 20))
    #expect(plain.count == 1_000_000 - 4 * 65_536)
  }

  @Test(
    "the same bytes are never sealed alike, nor in both directions",
    arguments: SealedMethod.allCases)
  func difference(_ method: SealedMethod) throws {
    let (a, b) = try SealedKeys.pair(method)
    let (there, back) = (RecordSealer(a), RecordSealer(b))
    let content = RecordTests.bytes(50)
    let records = [there.sealed(content), there.sealed(content), back.sealed(content)]
    #expect(Set(records).count == 3)
    for record in records { #expect(record.count == 70) }
  }

  @Test(
    "a record of any other length than allowed is refused as soon as its length is there",
    arguments: SealedMethod.allCases)
  func lengths(_ method: SealedMethod) throws {
    for length: UInt32 in [0, 1, 15, 65_553, 65_552 + 16, 1 << 24, .max] {
      let header = withUnsafeBytes(of: length.bigEndian) { Array($0) }
      for cut in [1, 4] {
        let opened = Opened(
          RecordOpener(try SealedKeys.pair(method).0), segments(of: cut)(header), endsThere: false)
        #expect(opened.error?.code == .wrongLength)
        #expect(opened.error?.description.contains("\(length)") == true)
      }
    }
    for length: UInt32 in [16, 65_552] {
      let header = withUnsafeBytes(of: length.bigEndian) { Array($0) }
      let opened = Opened(RecordOpener(try SealedKeys.pair(method).0), [header], endsThere: false)
      #expect(opened.error == nil)
    }
  }

  @Test(
    "records that are repeated, left out, swapped or come from the other direction do not open",
    arguments: SealedMethod.allCases)
  func order(_ method: SealedMethod) throws {
    let (a, b) = try SealedKeys.pair(method)
    let (there, back) = (RecordSealer(a), RecordSealer(b))
    let one = there.sealed([1])
    let two = there.sealed([2])
    let end = there.sealed([], isLast: true)
    let reflected = back.sealed([1])
    let cases: [([[UInt8]], delivered: [UInt8])] = [
      ([one, one], [1]), ([two], []), ([two, one], []), ([one, end], [1]), ([end], []),
      ([reflected], []), ([one, reflected], [1]), ([one, two, two], [1, 2]),
    ]
    for (records, delivered) in cases {
      for cut in [1, 10_000] {
        let opened = Opened(RecordOpener(b), segments(of: cut)(records.flatMap { $0 }))
        #expect(opened.error?.code == .notAuthentic)
        #expect(opened.bytes == delivered)
        #expect(!opened.hasEnded)
      }
    }
  }

  @Test(
    "a stream without its end is truncated, wherever it stops", arguments: SealedMethod.allCases)
  func truncation(_ method: SealedMethod) throws {
    let (a, b) = try SealedKeys.pair(method)
    let sealer = RecordSealer(a)
    let records = [sealer.sealed([1, 2, 3]), sealer.sealed([4]), sealer.sealed([], isLast: true)]
    let stream = records.flatMap { $0 }
    for length in 0..<stream.count {
      let opened = Opened(RecordOpener(b), [Array(stream.prefix(length))])
      #expect(opened.error?.code == .truncated)
      let delivered = length < 23 ? [] : length < 44 ? [1, 2, 3] : [1, 2, 3, 4] as [UInt8]
      #expect(opened.bytes == delivered)
    }
    let whole = Opened(RecordOpener(b), [stream])
    #expect(whole.error == nil)
  }

  @Test("nothing may follow the end", arguments: SealedMethod.allCases)
  func afterEnd(_ method: SealedMethod) throws {
    let (a, b) = try SealedKeys.pair(method)
    let end = RecordSealer(a).sealed([], isLast: true)
    for cut in [1, 1000] {
      let opened = Opened(RecordOpener(b), segments(of: cut)(end + [0]))
      #expect(opened.error?.code == .afterEnd)
      #expect(opened.hasEnded)
    }
  }

  @Test(
    "after an error nothing is opened any more, not even what is right",
    arguments: SealedMethod.allCases)
  func afterError(_ method: SealedMethod) throws {
    let (a, b) = try SealedKeys.pair(method)
    let record = RecordSealer(a).sealed([1])
    var broken = record
    broken[10] ^= 1
    let opener = RecordOpener(b)
    let first = Opened(opener, [broken], endsThere: false)
    let second = Opened(opener, [record], endsThere: false)
    let third = Opened(opener, [])
    for opened in [first, second, third] {
      #expect(opened.error?.code == .notAuthentic)
      #expect(opened.contents == [])
    }
  }

  @Test("keys, sealer and opener show nothing of themselves", arguments: SealedMethod.allCases)
  func masking(_ method: SealedMethod) throws {
    let keys = try SealedKeys.pair(method).0
    var dumped = ""
    dump(keys, to: &dumped)
    dump(RecordSealer(keys), to: &dumped)
    dump(RecordOpener(keys), to: &dumped)
    dump(keys.send, to: &dumped)
    dumped += "\(keys) \(String(reflecting: keys)) \(keys.send)"
    let hex = keys.send.bytes.prefix(4).withContiguous(Hexadecimal.encode)
    #expect(!dumped.contains(String(decoding: hex, as: UTF8.self)))
    #expect(!dumped.contains(keys.send.bytes.prefix(4).map(String.init).joined(separator: ", ")))
    #expect(!dumped.contains("memory") && !dumped.contains("base"))
  }
}

extension Slice<UnsafeRawBufferPointer> {
  fileprivate func withContiguous<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
    body(UnsafeRawBufferPointer(rebasing: self))
  }
}
