import AEValue
import Testing

/// A packet as a test sees it.
struct Packet: Equatable, CustomStringConvertible {
  var name: String
  var message: [Value]
  var description: String { "\(name): \(Value.array(message))" }
}

/// Feeds `pieces` one after the other; returns the packets and the error that ended them.
func packets(
  _ framing: Framing, limits: CodecLimits = .standard, _ pieces: [[UInt8]], atEnd: Bool = true
) -> (packets: [Packet], error: CodecError?) {
  var decoder = PacketDecoder(framing: framing, limits: limits)
  var packets: [Packet] = []
  do throws(CodecError) {
    for piece in pieces {
      let failure: CodecError? = piece.withUnsafeBytes { bytes in
        do throws(CodecError) {
          try decoder.feed(bytes) { name, message in
            packets.append(
              Packet(name: String(decoding: name, as: UTF8.self), message: Array(message)))
            return true
          }
        } catch { return error }
        return nil
      }
      if let failure { throw failure }
    }
    if atEnd { try decoder.finish() }
    return (packets, nil)
  } catch {
    return (packets, error)
  }
}

/// Encodes a packet.
func encoded(_ framing: Framing, _ name: String, _ message: [Value]) throws -> [UInt8] {
  let buffer = ByteBuffer()
  try message.withUnsafeBufferPointer { message in
    switch framing {
    case .cbor: try CBOREncoding.appendPacket(name: name, message, to: buffer)
    case .json: try JSONEncoding.appendPacket(name: name, message, to: buffer)
    }
  }
  return Array(buffer.bytes)
}

@Test("what one side encodes the other side gets, in both framings", arguments: Framing.allCases)
func packetRoundTrip(_ framing: Framing) throws {
  let message: [Value] = [
    "test", 123, -1, nil, true, 1.5, ["a": [1, "ü\n\"", nil]], [], [:], .uint(.max),
    "a string of more than fifteen bytes",
  ]
  let bytes = try encoded(framing, "kbAz019x1b", message)
  let result = packets(framing, [bytes + bytes])
  #expect(result.error == nil)
  #expect(
    result.packets == Array(repeating: Packet(name: "kbAz019x1b", message: message), count: 2))
  let single = packets(framing, (bytes + bytes).map { [$0] })
  #expect(single.error == nil)
  #expect(single.packets == result.packets)
}
