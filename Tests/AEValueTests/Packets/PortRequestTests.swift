import Testing

@testable import AEValue

@Suite("Requests about ports") struct PortRequestTests {
  private struct Seen: Equatable {
    var request: PortRequest?
    var name: String
    var message: [Value]
  }

  /// What a decoder that recognises requests delivers, of bytes that come in pieces of this size.
  private func decode(_ bytes: [UInt8], pieces: Int) throws -> [Seen] {
    var seen: [Seen] = []
    var decoder = PacketDecoder(framing: .cbor)
    var index = 0
    while index < bytes.count {
      let piece = Array(bytes[index..<min(index + pieces, bytes.count)])
      index += pieces
      try piece.withUnsafeBytesTyped { (bytes) throws(CodecError) in
        try decoder.feed(bytes) { name, message in
          seen.append(Seen(name: String(decoding: name, as: UTF8.self), message: Array(message)))
          return true
        } request: { request, name, rest in
          let name = String(decoding: name, as: UTF8.self)
          seen.append(Seen(request: request, name: name, message: Array(rest)))
          return true
        }
      }
    }
    return seen
  }

  @Test(
    "all three ways of writing a request give the same bytes", arguments: PortRequest.allCases,
    [0, 1, 13, 23, 24, 100, 255, 256, 70_000])
  func encoding(request: PortRequest, length: Int) throws {
    let name = String(repeating: "n", count: length)
    for rest: [Value] in [[], ["bye"], [1, nil, "grün", [1, 2]]] {
      let expected = try AEValueTests.encoded(
        .cbor, "", [.string(request.name), .string(name)] + rest)
      let written = ByteBuffer()
      try rest.withUnsafeBufferPointer { rest throws in
        try CBOREncoding.appendRequest(request, about: name, rest, to: written)
      }
      #expect(Array(written.bytes) == expected)
      var encoded: [UInt8] = []
      for value in rest { encoded += try CBOR.encode(value) }
      let copied = ByteBuffer()
      let isDone = encoded.withUnsafeBytes {
        CBOREncoding.appendRequest(request, about: name, encoded: $0, count: rest.count, to: copied)
      }
      #expect(isDone == (length < 256))
      #expect(Array(copied.bytes) == (isDone ? expected : []))
      if length > 0 {
        let seen = Seen(request: request, name: name, message: rest)
        #expect(try decode(expected, pieces: .max / 2) == [seen])
        if length < 1000 { #expect(try decode(expected, pieces: 1) == [seen]) }
      }
    }
  }

  @Test("names as bytes, as 2.02 sends them, are recognised, too")
  func bytes() throws {
    let start: [UInt8] = [0x84, 0x40, 0x44] + Array("kil0".utf8)
    let packet = start + [0x41, 0x70, 0x43] + Array("bye".utf8)
    for pieces in [1, 2, 100] {
      #expect(
        try decode(packet + packet, pieces: pieces)
          == Array(repeating: Seen(request: .kil0, name: "p", message: ["bye"]), count: 2))
    }
  }

  @Test("what is not in the usual form comes as a message, whole")
  func unusual() throws {
    for message: [Value] in [
      ["mon1"], ["mon1", ""], ["mon1", nil], ["mon1", 5], ["mon1", "grün"], ["mon1", [1]],
      ["mon2", "p"], ["kil", "p"], ["kil01", "p"], [nil, "p"], ["g_upd", "p"], [],
    ] {
      let bytes = try encoded(.cbor, "", message)
      for pieces in [1, 1000] {
        #expect(try decode(bytes, pieces: pieces) == [Seen(name: "", message: message)])
      }
    }
    // The name in chunks, and a packet without a count.
    let chunks: [UInt8] = [0x83, 0x60, 0x64] + Array("mon1".utf8) + [0x7f, 0x61, 0x70, 0xff]
    #expect(try decode(chunks, pieces: 1) == [Seen(name: "", message: ["mon1", "p"])])
    let open: [UInt8] = [0x9f, 0x60, 0x64] + Array("mon1".utf8) + [0x61, 0x70, 0xff]
    #expect(try decode(open, pieces: 100) == [Seen(name: "", message: ["mon1", "p"])])
  }

  @Test("a message to a port whose name is that of a request is a message")
  func namedLikeRequests() throws {
    let bytes = try encoded(.cbor, "port", ["kil0", "p"])
    #expect(try decode(bytes, pieces: 100) == [Seen(name: "port", message: ["kil0", "p"])])
  }
}
