/// The text of a port's name, whatever kind of value it was sent as.
struct PortNameText {
  private let text: String

  /// Null means the node port, as in Perl; arrays and hashes are no names.
  init?(_ value: Value) {
    switch value {
    case .null: text = ""
    case .array, .hash: return nil
    default:
      guard let string = value.string else { return nil }
      text = string
    }
  }

  /// Writes the name into `scratch` and returns where it is.
  func put(into scratch: ByteBuffer) -> UnsafeRawBufferPointer {
    scratch.removeAll(keepingCapacity: true)
    scratch.append(text)
    return scratch.bytes
  }
}
