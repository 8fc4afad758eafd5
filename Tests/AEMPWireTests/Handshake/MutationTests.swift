import AEMPWire
import TestSupport
import Testing

/// Streams that no node sends: the machine may refuse them or wait for more, but must not trap, and
/// must never establish what is not proven.
struct MutationTests {
  /// A conversation seen from one side.
  private struct Target {
    /// All that the other side sends when nothing is wrong.
    var stream: [UInt8]
    /// The length of its three lines, which prove who it is.
    var proofLength: Int
    var machine: () -> Handshake
  }

  private func attack(_ targets: [Target], rounds: Int, seed: UInt64) throws {
    var mutator = Mutator(seed: seed)
    var established = 0
    for round in 0..<rounds {
      let target = targets[round / 2 % targets.count]
      let stream = round % 2 == 0 ? mutator.mutated(target.stream) : mutator.noise()
      let owner = Owner(target.machine())
      owner.start()
      var rest = stream[...]
      while !rest.isEmpty, owner.refusal == nil {
        let length = mutator.number(in: 1...300)
        owner.feed(rest.prefix(length))
        rest = rest.dropFirst(length)
        // Now and then the owner does not answer, so that bytes pile up.
        if owner.connection == nil { owner.answers = mutator.number(in: 1...20) > 1 }
      }
      if owner.connection != nil {
        established += 1
        let lines = target.stream.prefix(target.proofLength).filter { $0 != 13 }
        // Behind the proof in the third line stands the framing, which nothing proves.
        let proof = lines[...(lines.lastIndex(of: UInt8(ascii: ";")) ?? lines.endIndex - 1)]
        let isProven = stream.filter { $0 != 13 }.starts(with: proof)
        #expect(isProven, "seed \(seed), round \(round)")
      } else {
        owner.perform(
          round % 4 < 2 ? owner.machine.endOfStream() : owner.machine.timedOut())
        #expect(owner.refusal != nil, "seed \(seed), round \(round)")
      }
    }
    // Some mistakes hit only the packets: those connections are good.
    #expect(established > 0)
  }

  @Test(
    "10,000 streams, half of them mutated recordings, neither trap nor get in unproven",
    arguments: Seeds.some(1))
  func recordings(seed: UInt64) throws {
    var targets: [Target] = []
    for name in Recording.names {
      let recording = try Recording(name)
      for (side, from) in [
        (Recording.Side.connector, Recording.Side.listener), (.listener, .connector),
      ] {
        let stream = recording.stream(from: from)
        targets.append(
          Target(
            stream: stream, proofLength: stream.count - recording.parts(from: from).packets.count,
            machine: try recording.machines(as: side)))
      }
    }
    try attack(targets, rounds: 10_000, seed: seed)
  }

  @Test(
    "2,000 streams, half of them mutated conversations of our own, do not get in unproven",
    arguments: Seeds.some(1))
  func own(seed: UInt64) throws {
    var configuration = HandshakeConfiguration(nodeID: "them", secret: try Secret("s"))
    let them = configuration
    configuration.nodeID = "us"
    let us = configuration
    let greeting = try GreetingLines(us.greeting(peerAddress: "[::1]:4040"), Nonce())
    let machine = { Handshake(us, as: .accepting, greeting: greeting) }
    let dialler = Owner(try Handshake(them, as: .dialling, peerAddress: "[::1]:53296"))
    let listener = Owner(machine())
    dialler.start()
    listener.start()
    dialler.feed(listener.takeSent())
    let proof = dialler.takeSent()
    let packets = [UInt8](repeating: 0x80, count: 400)
    let target = Target(stream: proof + packets, proofLength: proof.count, machine: machine)
    try attack([target], rounds: 2000, seed: seed)
  }
}
