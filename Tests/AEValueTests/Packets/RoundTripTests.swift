import AEValue
import TestSupport
import Testing

@Test("random values go through both framings unchanged", arguments: [1, 2, 3, 4] as [UInt64])
func randomRoundTrips(_ seed: UInt64) throws {
  var random = SeededGenerator(seed: seed)
  for _ in 0..<500 {
    let value = random.value()
    #expect(try CBOR.decode(CBOR.encode(value)) == value)
    #expect(try JSON.decode(JSON.encode(value)) == value)
    #expect(try JSON.decode(JSON.encode(value, style: .pretty)) == value)
    #expect(try JSON.decode(JSON.encode(value, style: .sorted)) == value)
  }
}

@Test(
  "random packets cut at random places arrive unchanged", arguments: Framing.allCases, Seeds.some(1)
)
func randomPackets(_ framing: Framing, seed: UInt64) throws {
  var random = SeededGenerator(seed: seed)
  for _ in 0..<100 {
    var sent: [Packet] = []
    var bytes: [UInt8] = []
    for _ in 0..<10 {
      let count = Int.random(in: 0..<5, using: &random)
      let packet = Packet(name: random.text(), message: (0..<count).map { _ in random.value() })
      sent.append(packet)
      bytes += try encoded(framing, packet.name, packet.message)
    }
    var pieces: [[UInt8]] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Int.random(in: 0...min(rest.count, 300), using: &random)
      pieces.append(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    let result = packets(framing, pieces)
    #expect(result.error == nil)
    #expect(result.packets == sent)
  }
}

/// A byte stream changed at a few places.
private func mutated(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
  var bytes = bytes
  for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
    let place = Int.random(in: 0..<bytes.count, using: &random)
    switch Int.random(in: 0..<5, using: &random) {
    case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
    case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 2: bytes.remove(at: place)
    case 3: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
    default:
      let end = Int.random(in: place...min(bytes.count, place + 40), using: &random)
      bytes.replaceSubrange(place..<end, with: bytes[0..<min(bytes.count, end - place)])
    }
  }
  return bytes
}

@Test(
  "no mutation of a stream traps, and how it is cut makes no difference",
  arguments: [1, 2] as [UInt64])
func mutations(_ seed: UInt64) throws {
  var random = SeededGenerator(seed: seed)
  var streams = try Vectors.dataPhases().map { ($0.framing, $0.bytes) }
  for framing in Framing.allCases {
    var bytes: [UInt8] = []
    for _ in 0..<8 { bytes += try encoded(framing, "port", [random.value(), random.value()]) }
    streams.append((framing, bytes))
  }
  let limits = CodecLimits(maximumSize: 4096, maximumDepth: 20)
  for round in 0..<3000 {
    let (framing, bytes) = streams[round % streams.count]
    let broken = mutated(bytes, &random)
    let whole = packets(framing, limits: limits, [broken])
    let cut = Int.random(in: 0...broken.count, using: &random)
    let halves = packets(
      framing, limits: limits, [Array(broken[..<cut]), Array(broken[cut...])])
    #expect(same(halves.packets, whole.packets))
    #expect((halves.error == nil) == (whole.error == nil))
    if round % 10 == 0 {
      let single = packets(framing, limits: limits, broken.map { [$0] })
      #expect(same(single.packets, whole.packets))
      #expect((single.error == nil) == (whole.error == nil))
    }
    _ = try? JSON.decode(broken)
    _ = try? CBOR.decode(broken)
    _ = try? JSON.decodeConfiguration(broken)
  }
}
