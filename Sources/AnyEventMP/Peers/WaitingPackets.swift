internal import AEValue

/// Packets for a node that is not connected yet, in order.
///
/// They are kept as CBOR: checked when they are sent, so that errors show at the sender, and with a
/// size that is the one on the wire.
struct WaitingPackets {
  private let buffer = ByteBuffer()
  /// Whether it was told that much waits.
  var isOverHighWater = false

  /// Bytes that wait.
  var count: Int { buffer.count }

  func append(
    name: String, _ message: UnsafeBufferPointer<Value>, limits: CodecLimits
  ) throws(CodecError) {
    try CBOREncoding.appendPacket(name: name, message, to: buffer, limits: limits)
  }

  /// The packets as they are sent where nobody wants anything else than CBOR.
  var bytes: UnsafeRawBufferPointer { buffer.bytes }

  /// Hands every packet to `send`, in order.
  func drain(_ send: (String, UnsafeBufferPointer<Value>) -> Void) {
    var decoder = PacketDecoder(framing: .cbor, limits: CodecLimits(maximumSize: .max))
    do {
      try decoder.feed(buffer.bytes) { name, message in
        send(String(decoding: name, as: UTF8.self), message)
        return true
      }
    } catch {
      misuse("a packet of our own encoder could not be decoded: \(error)")
    }
  }
}
