import AEMPWire
import Testing

@Suite struct RecordingTests {
  private func expectSuccess(
    _ owner: Owner, in recording: Recording, as side: Recording.Side
  ) throws {
    let own = recording.parts(from: side)
    let other = recording.parts(from: side == .connector ? .listener : .connector)
    let refusal = owner.refusal
    let connection = owner.connection
    let sent = owner.sent
    #expect(refusal == nil)
    #expect(sent == Array("\(own.greeting.first)\n\(own.greeting.second)\n".utf8) + own.authLine)
    #expect(connection?.rest == other.packets)
    #expect(connection?.peer == (try Greeting(line: other.greeting.first)))
    #expect(connection?.authMethod == .hmacSHA3_512)
    #expect(connection?.sentAuthMethod == .hmacSHA3_512)
    let framing = { (line: [UInt8]) in
      Framing(rawValue: String(decoding: line.dropLast().suffix(4), as: UTF8.self))
    }
    #expect(connection?.sendFraming == framing(own.authLine))
    #expect(connection?.receiveFraming == framing(other.authLine))
  }

  private func play(
    _ name: String, as side: Recording.Side, _ cut: ([UInt8]) -> [[UInt8]]
  ) throws {
    let recording = try Recording(name)
    let stream = recording.stream(from: side == .connector ? .listener : .connector)
    let owner = Owner(try recording.machine(as: side))
    owner.start()
    for segment in cut(stream) { owner.feed(segment) }
    try expectSuccess(owner, in: recording, as: side)
  }

  @Test(
    "a recorded peer is understood when all it sent arrives at once", arguments: Recording.names)
  func whole(name: String) throws {
    for side in [Recording.Side.connector, .listener] { try play(name, as: side) { [$0] } }
  }

  @Test("a recorded peer is understood byte by byte", arguments: Recording.names)
  func byteByByte(name: String) throws {
    for side in [Recording.Side.connector, .listener] {
      try play(name, as: side) { stream in stream.map { [$0] } }
    }
  }

  @Test("a recorded peer is understood at every split point", arguments: Recording.names)
  func splits(name: String) throws {
    for side in [Recording.Side.connector, .listener] {
      let recording = try Recording(name)
      let stream = recording.stream(from: side == .connector ? .listener : .connector)
      let machine = try recording.machines(as: side)
      for cut in 0...stream.count {
        let owner = Owner(machine())
        owner.start()
        owner.feed(stream[..<cut])
        owner.feed(stream[cut...])
        try expectSuccess(owner, in: recording, as: side)
      }
    }
  }

  @Test("a recorded peer may end its lines in CR LF", arguments: Recording.names)
  func carriageReturns(name: String) throws {
    for side in [Recording.Side.connector, .listener] {
      let recording = try Recording(name)
      let other = recording.parts(from: side == .connector ? .listener : .connector)
      let lines = [
        Array(other.greeting.first.utf8), Array(other.greeting.second.utf8),
        other.authLine.dropLast(),
      ]
      let owner = Owner(try recording.machine(as: side))
      owner.start()
      for byte in lines.flatMap({ $0 + [13, 10] }) + other.packets { owner.feed([byte]) }
      try expectSuccess(owner, in: recording, as: side)
    }
  }

  @Test("with another secret a recorded peer is refused", arguments: Recording.names)
  func otherSecret(name: String) throws {
    for side in [Recording.Side.connector, .listener] {
      let recording = try Recording(name)
      let owner = Owner(try recording.machine(as: side, secret: "s3cret-for-vectorz"))
      owner.start()
      owner.feed(recording.stream(from: side == .connector ? .listener : .connector))
      let refusal = owner.refusal
      let hasConnection = owner.connection != nil
      #expect(refusal?.code == .wrongSecret)
      #expect(!hasConnection)
    }
  }

  @Test("the accepting side sends no authentication line before it has verified the dialler's")
  func silence() throws {
    let recording = try Recording("cbor")
    let connector = recording.parts(from: .connector)
    let listener = recording.parts(from: .listener)
    let owner = Owner(try recording.machine(as: .listener))
    owner.start()
    owner.feed("\(connector.greeting.first)\n\(connector.greeting.second)\n".utf8)
    owner.feed(connector.authLine.dropLast())
    let before = owner.takeSent()
    #expect(before == Array("\(listener.greeting.first)\n\(listener.greeting.second)\n".utf8))
    owner.feed([10])
    let after = owner.takeSent()
    #expect(after == listener.authLine)
  }
}
