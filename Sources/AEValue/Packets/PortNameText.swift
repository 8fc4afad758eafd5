/// The text of a port's name, whatever kind of value it was sent as.
enum PortNameText {
  /// Writes the name into `scratch` and returns where it is.
  ///
  /// Null means the node port, as in Perl. Arrays and hashes are no names: the packet is none, says the error
  /// for the place where the name stands.
  static func put(
    _ name: Value, at index: Int, into scratch: ByteBuffer
  ) throws(CodecError) -> UnsafeRawBufferPointer {
    let text: String?
    switch name {
    case .null: text = ""
    case .array, .hash: text = nil
    default: text = name.string
    }
    guard let text else { throw CodecError(.notAPacket, at: index) }
    scratch.removeAll(keepingCapacity: true)
    scratch.append(text)
    return scratch.bytes
  }
}
