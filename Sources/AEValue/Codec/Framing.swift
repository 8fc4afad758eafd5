/// How packets are written on a connection; the raw values are the names in the handshake.
public enum Framing: String, Hashable, Sendable, CaseIterable {
  /// Concise binary object representation, RFC 8949.
  case cbor
  /// JavaScript object notation, RFC 8259, one array after the other.
  case json
}
