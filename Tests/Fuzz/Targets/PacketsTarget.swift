@testable import AEValue

/// Streams of packets: how they are cut makes no difference, and what was read can be sent on.
func fuzzPackets(_ input: [UInt8]) throws {
  var input = FuzzInput(input)
  let settings = input.byte()
  let framing: Framing = settings & 1 == 0 ? .cbor : .json
  let limits = CodecLimits(
    maximumSize: settings & 2 == 0 ? 1 << 16 : 100, maximumDepth: settings & 4 == 0 ? 64 : 3)
  let isRecognizing = settings & 8 != 0
  let pieces = input.pieces()
  let whole = PacketLog(framing, limits, isRecognizing, [Array(pieces.joined())])
  let cut = PacketLog(framing, limits, isRecognizing, pieces)
  try demand(cut.packets == whole.packets, "the packets of a stream do not depend on its segments")
  try demand(
    (cut.error == nil) == (whole.error == nil), "an error does not depend on the segments")
  for packet in whole.messages {
    let buffer = ByteBuffer()
    let isSent = packet.message.withUnsafeBufferPointer { message in
      // Not everything: infinite numbers are not.
      (try? CBOREncoding.appendPacket(name: packet.name, message, to: buffer)) != nil
    }
    guard isSent else { continue }
    let back = PacketLog(.cbor, .standard, false, [Array(buffer.bytes)])
    try demand(
      back.error == nil && back.packets == [PacketLog.text(packet.name, packet.message)],
      "a packet that was read can be sent on")
  }
}

/// What a decoder makes of a stream.
private struct PacketLog {
  private(set) var packets: [[UInt8]] = []
  private(set) var messages: [(name: String, message: [Value])] = []
  private(set) var error: CodecError?

  init(_ framing: Framing, _ limits: CodecLimits, _ isRecognizing: Bool, _ pieces: [[UInt8]]) {
    var decoder = PacketDecoder(framing: framing, limits: limits)
    do {
      for piece in pieces {
        try piece.withUnsafeBytes { bytes in
          if isRecognizing {
            try decoder.feed(bytes) {
              add($0, $1)
            } request: { request, name, rest in
              add([], [.string(request.name), .string(Self.text(name))] + rest)
            }
          } else {
            try decoder.feed(bytes) { add($0, $1) }
          }
        }
      }
      try decoder.finish()
    } catch {
      self.error = error as? CodecError
    }
  }

  private mutating func add(_ name: UnsafeRawBufferPointer, _ message: some Collection<Value>)
    -> Bool
  {
    messages.append((Self.text(name), Array(message)))
    packets.append(Self.text(Self.text(name), Array(message)))
    return true
  }

  private mutating func add(_ name: [UInt8], _ message: [Value]) -> Bool {
    name.withUnsafeBytes { add($0, message) }
  }

  private static func text(_ name: UnsafeRawBufferPointer) -> String {
    String(decoding: name, as: UTF8.self)
  }

  /// A packet as something that equals itself whatever numbers it holds.
  static func text(_ name: String, _ message: [Value]) -> [UInt8] {
    CBOREncoding.canonical(.array([.string(name)] + message))
  }
}
