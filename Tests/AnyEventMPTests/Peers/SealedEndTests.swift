import AEMPWire
import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("The end of a sealed stream") struct SealedEndTests {
  @Test("a peer that ends its stream is gone, and what follows is not read")
  func peerEnds() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      var got = 0
      let p = node.run { rcv(port(), "tag") { got += 1 } }
      for isFirst in [true, false] {
        let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
        var reason: Message?
        node.monitor(PortID("\(peer.id)#p")) { reason = $0 }
        let records = try endAndPacket(peer, to: p)
        peer.raw.stream.transform(with: NoTransform())
        peer.raw.send(
          isFirst ? records.packet(0) + records.end(1) : records.end(0) + records.packet(1))
        loop.run(until: { reason != nil })
        #expect(reason?[2] == "connection closed by the other node")
        #expect(got == 1)
      }
    }
  }

  /// Makes, for a peer that has not sent anything yet, the end of its stream and a message as the record
  /// of that number.
  private func endAndPacket(
    _ peer: WirePeer, to port: PortID
  ) throws -> (end: (Int) -> [UInt8], packet: (Int) -> [UInt8]) {
    let keys = try #require(peer.established?.keys)
    let packet = ByteBuffer()
    let name = try #require(port.id.split(separator: "#").last)
    try ["tag"].withUnsafeBufferPointer {
      try CBOREncoding.appendPacket(name: String(name), $0, to: packet, limits: .standard)
    }
    func record(_ number: Int, _ seal: (RecordSealer, ByteBuffer) -> Void) -> [UInt8] {
      let (sealer, skipped, record) = (RecordSealer(keys), ByteBuffer(), ByteBuffer())
      for _ in 0..<number {
        let one = ByteBuffer()
        one.append(contentsOf: [0])
        sealer.seal(one, into: skipped)
      }
      seal(sealer, record)
      return Array(record.bytes)
    }
    return (
      { record($0) { sealer, record in sealer.sealEnd(into: record) } },
      {
        record($0) { sealer, record in
          let plain = ByteBuffer()
          plain.append(contentsOf: packet.bytes)
          sealer.seal(plain, into: record)
        }
      }
    )
  }
}

/// Sends what a test has sealed itself, and reads nothing.
private final class NoTransform: StreamTransform {
  let sealed = ByteBuffer()

  func seal(_ plain: ByteBuffer) -> String? {
    sealed.append(contentsOf: plain.bytes)
    plain.removeAll()
    return nil
  }

  func overhead(for count: Int) -> Int { 0 }
  func sealEnd() {}
  func open(
    _ bytes: UnsafeMutableRawBufferPointer, _ deliver: (UnsafeMutableRawBufferPointer) -> Bool
  ) -> StreamOpening { .more }
  func endOfStream() -> String? { nil }
}
