import AEValue
import Testing

/// A packet as a test sees it.
struct Packet: Equatable, CustomStringConvertible {
  var name: String
  var message: [Value]
  var description: String { "\(name): \(Value.array(message))" }
}

/// Whether two lists of packets are the same; by text where they differ, since NaN differs from itself.
func same(_ first: [Packet], _ second: [Packet]) -> Bool {
  first == second || first.description == second.description
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

@Test("keep-alives and strange names are delivered", arguments: Framing.allCases)
func strangeNames(_ framing: Framing) throws {
  let cases: [(cbor: String, json: String, name: String)] = [
    ("80", "[]", ""), ("8160", "[\"\"]", ""), ("8140", "[\"\"]", ""), ("81f6", "[null]", ""),
    ("8105", "[5]", "5"), ("8141e9", "[\"é\"]", "é"), ("8142c3a9", "[\"é\"]", "é"),
    ("8162c3a9", "[\"\\u00e9\"]", "é"), ("817f61616162ff", "[\"a\\u0062\"]", "ab"),
    ("d9d9f7816161", " [ \"a\" ] ", "a"), ("9f6161ff", "\n[\"a\"]\r\t", "a"), ("9fff", "[ ]", ""),
    ("d9d9f780", "[]", ""), ("d9d9f79f6161ff", "[\"a\"]", "a"), ("81f5", "[true]", "1"),
  ]
  for (cbor, json, name) in cases {
    let bytes = framing == .cbor ? bytes(hex: cbor) : Array(json.utf8)
    let expected = [Packet(name: name, message: []), Packet(name: name, message: [])]
    for pieces in [[bytes, bytes], [bytes + bytes], (bytes + bytes).map { [$0] }] {
      let result = packets(framing, pieces)
      #expect(result.error == nil, "\(cbor) \(json)")
      #expect(result.packets == expected, "\(cbor) \(json)")
    }
  }
}

@Test("what is no packet is refused after the packets before it")
func notPackets() throws {
  for (framing, good, bad) in [
    (Framing.cbor, bytes(hex: "816161"), bytes(hex: "a0")),
    (.cbor, bytes(hex: "816161"), bytes(hex: "8180")), (.cbor, bytes(hex: "816161"), [0xf6]),
    (.json, Array("[\"a\"]".utf8), Array("{}".utf8)),
    (.json, Array("[\"a\"]".utf8), Array("[[]]".utf8)),
    (.json, Array("[\"a\"]".utf8), Array("1 ".utf8)),
  ] {
    for pieces in [[good + bad], (good + bad).map { [$0] }] {
      let result = packets(framing, pieces)
      #expect(result.packets == [Packet(name: "a", message: [])])
      #expect(result.error?.code == .notAPacket)
      #expect((result.error?.offset ?? 0) >= good.count)
    }
  }
}

@Test("after an error the decoder says it again and delivers nothing") func staysBroken() throws {
  var decoder = PacketDecoder(framing: .json)
  var errors: [CodecError] = []
  for piece in ["[\"a\"]x", "[\"b\"]"] {
    Array(piece.utf8).withUnsafeBytes { bytes in
      do throws(CodecError) {
        try decoder.feed(bytes) { name, _ in
          #expect(String(decoding: name, as: UTF8.self) == "a")
          return true
        }
      } catch { errors.append(error) }
    }
  }
  #expect(errors.count == 2)
  #expect(errors.first == errors.last)
  #expect(throws: CodecError.self) { try decoder.finish() }
}

@Test("the rest is dropped when the receiver closes", arguments: Framing.allCases)
func receiverCloses(_ framing: Framing) throws {
  var decoder = PacketDecoder(framing: framing)
  var count = 0
  let packet = try encoded(framing, "a", [1])
  try (packet + packet + packet).withUnsafeBytes { bytes in
    try decoder.feed(bytes) { _, _ in
      count += 1
      return count < 2
    }
  }
  #expect(count == 2)
  #expect(decoder.bufferedBytes == 0)
}

@Test(
  "the end of the stream in a packet is an error, between packets not", arguments: Framing.allCases)
func endOfStream(_ framing: Framing) throws {
  let packet = try encoded(framing, "port", ["x", ["a": [1]]])
  for count in 0...packet.count {
    let result = packets(framing, [Array(packet.prefix(count))])
    if count == 0 || count == packet.count {
      #expect(result.error == nil)
    } else {
      #expect(result.error?.code == .truncated)
      #expect(result.error?.offset == count)
    }
  }
}
