import AEMPWire
import Testing

/// Streams that no node sends: the machine may refuse them or wait for more, but must not trap, and
/// must never establish what is not proven.
@Suite(.enabled(if: Recording.isThere, "the recorded conversations are not there, skipped"))
struct MutationTests {
  private static let seed: UInt64 = 0x5EED_0002
  private static let count = 10_000
  private static let fragments = [
    "aemp;", "aemp-dataconn;1;", ";1;", "\n", "\r\n", "hmac_sha3_512;", "cleartext;", "tls_anon;;",
    ";cbor\n", ",", "%3b", "%", "=", "\u{0}", String(repeating: "a", count: 4095), "é",
  ].map { Array($0.utf8) }

  private func mutate(_ stream: inout [UInt8], _ random: inout SeededGenerator) {
    // Most mutations hit the handshake, which is at the beginning.
    let place = Int.random(in: 0...min(stream.count, 400), using: &random)
    switch Int.random(in: 0..<7, using: &random) {
    case 0 where place < stream.count: stream[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1 where place < stream.count: stream[place] = .random(in: 0...255, using: &random)
    case 2:
      let end = Int.random(in: place...min(stream.count, place + 60), using: &random)
      stream.removeSubrange(place..<end)
    case 3:
      let end = Int.random(in: place...min(stream.count, place + 200), using: &random)
      stream.insert(contentsOf: stream[place..<end], at: place)
    case 4: stream.removeSubrange(place...)
    case 5:
      let fragment = MutationTests.fragments.randomElement(using: &random) ?? []
      stream.insert(contentsOf: fragment, at: place)
    default:
      stream.insert(.random(in: 0...255, using: &random), at: place)
    }
  }

  private func noise(_ random: inout SeededGenerator) -> [UInt8] {
    let pieces = Int.random(in: 0..<30, using: &random)
    return (0..<pieces).flatMap { _ -> [UInt8] in
      if Bool.random(using: &random) {
        return MutationTests.fragments.randomElement(using: &random) ?? []
      }
      return (0..<Int.random(in: 0..<20, using: &random)).map { _ in
        .random(in: 0...255, using: &random)
      }
    }
  }

  @Test("10,000 streams, half of them mutated recordings, neither trap nor get in unproven")
  func streams() throws {
    var random = SeededGenerator(seed: MutationTests.seed)
    let cases = try Recording.names.flatMap { name in
      let recording = try Recording(name)
      return [Recording.Side.connector, .listener].map { side in
        let from: Recording.Side = side == .connector ? .listener : .connector
        let other = recording.parts(from: from)
        return (
          recording: recording, side: side, stream: recording.stream(from: from),
          proof: Array("\(other.greeting.first)\n\(other.greeting.second)\n".utf8) + other.authLine
        )
      }
    }
    var established = 0
    for round in 0..<MutationTests.count {
      let (recording, side, recorded, proof) = cases[round % cases.count]
      var stream = noise(&random)
      if round % 2 == 0 {
        stream = recorded
        for _ in 0...Int.random(in: 0..<3, using: &random) { mutate(&stream, &random) }
      }
      let owner = Owner(try recording.machine(as: side))
      owner.start()
      var rest = stream[...]
      while !rest.isEmpty, owner.refusal == nil {
        let length = Int.random(in: 1...300, using: &random)
        owner.feed(rest.prefix(length))
        rest = rest.dropFirst(length)
        if owner.refusal == nil, owner.connection == nil {
          owner.answers = Int.random(in: 0..<20, using: &random) > 0
        }
      }
      if owner.connection != nil {
        established += 1
        let proven = stream.filter { $0 != 13 }.starts(with: proof.filter { $0 != 13 })
        #expect(proven, "seed \(MutationTests.seed), round \(round)")
      } else {
        owner.perform(
          Bool.random(using: &random) ? owner.machine.endOfStream() : owner.machine.timedOut())
        let refused = owner.refusal != nil
        #expect(refused, "seed \(MutationTests.seed), round \(round)")
      }
    }
    // Some mutations hit only the packets: those connections are good.
    #expect(established > 0)
  }
}
