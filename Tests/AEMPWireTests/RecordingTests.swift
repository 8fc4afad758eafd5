import AEMPWire
import Testing

@Suite(.enabled(if: Recording.isThere, "the recorded conversations are not there, skipped"))
struct RecordingTests {
  private func expectSuccess(
    _ owner: borrowing Owner, in recording: Recording, as side: Recording.Side
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
    var owner = Owner(try recording.machine(as: side))
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
}
