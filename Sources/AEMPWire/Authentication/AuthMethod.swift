/// A way to prove that one knows the network's secret; the raw value is the name on the wire.
///
/// Names that this version does not know survive: a peer's list is kept as it was sent.
public struct AuthMethod: RawRepresentable, Hashable, Sendable {
  /// The name on the wire.
  public let rawValue: String

  /// The method with this name on the wire.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// The HMAC-SHA-512 of both greetings under a key made of the secret.
  ///
  /// Everything behind it is encrypted. Only between nodes of ours.
  public static let secretboxX25519 = AuthMethod(rawValue: "secretbox_x25519")
  /// The SHA3-512 of both greetings, inside TLS, where the certificate proves the rest.
  public static let tlsSHA3_512 = AuthMethod(rawValue: "tls_sha3_512")
  /// Nothing beyond the certificate, inside TLS.
  public static let tlsAnonymous = AuthMethod(rawValue: "tls_anon")
  /// The HMAC-SHA3-512 of both greetings under the secret.
  public static let hmacSHA3_512 = AuthMethod(rawValue: "hmac_sha3_512")
  /// The secret itself, used only where the configuration both offers and accepts it.
  public static let cleartext = AuthMethod(rawValue: "cleartext")

  /// Whether the method can be used only inside TLS.
  public var needsTLS: Bool { rawValue.hasPrefix("tls_") }

  /// Whether the method needs the shared secret.
  public var needsSecret: Bool {
    self == .secretboxX25519 || self == .hmacSHA3_512 || self == .cleartext
  }
}

extension AuthMethod {
  /// Whether both names are the same bytes.
  public static func == (first: AuthMethod, second: AuthMethod) -> Bool {
    first.rawValue == second.rawValue
  }

  /// Feeds the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(Text(rawValue)) }
}

extension AuthMethod: CustomStringConvertible {
  /// The name on the wire.
  public var description: String { rawValue }
}
