/// A way to prove the knowledge of the network's secret; the raw value is the name on the wire.
///
/// It can have names that this version does not know: a peer's list is kept as it was sent.
public struct AuthMethod: RawRepresentable, Hashable, Sendable {
  /// The name on the wire.
  public let rawValue: String

  /// The method with this name on the wire.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// The HMAC-SHA-512 of both greetings under a key made of the secret.
  ///
  /// All bytes behind it are encrypted with ChaCha20-Poly1305. Only nodes of this library have it.
  public static let chacha20Poly1305X25519 = SealedMethod.chacha20Poly1305.authMethod
  /// The same proof, but the bytes behind it are encrypted with XSalsa20-Poly1305, which is slower: for nodes of this
  /// library that have no other.
  public static let secretboxX25519 = SealedMethod.secretbox.authMethod
  /// The SHA3-512 of both greetings, inside TLS, where the certificate proves the rest.
  public static let tlsSHA3_512 = AuthMethod(rawValue: "tls_sha3_512")
  /// No proof beyond the certificate, inside TLS.
  public static let tlsAnonymous = AuthMethod(rawValue: "tls_anon")
  /// The HMAC-SHA3-512 of both greetings under the secret.
  public static let hmacSHA3_512 = AuthMethod(rawValue: "hmac_sha3_512")
  /// The secret itself, used only where the configuration both offers and accepts it.
  public static let cleartext = AuthMethod(rawValue: "cleartext")

  /// Whether the method can be used only inside TLS.
  public var needsTLS: Bool { rawValue.hasPrefix("tls_") }

  /// Whether all that follows the authentication line is encrypted with the secret.
  public var isSealed: Bool { SealedMethod(rawValue: rawValue) != nil }

  /// Whether the method needs the shared secret.
  public var needsSecret: Bool {
    isSealed || self == .hmacSHA3_512 || self == .cleartext
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

extension SealedMethod {
  /// The method as it stands in greetings and authentication lines.
  var authMethod: AuthMethod { AuthMethod(rawValue: rawValue) }
}

extension AuthMethod: CustomStringConvertible {
  /// The name on the wire.
  public var description: String { rawValue }
}

/// The third line: `<method>;<data>;<framing>`.
struct AuthLine: Equatable {
  var method: AuthMethod
  /// Lower-case hexadecimal digits or nothing, as the method wants it.
  var data: [UInt8]
  var framing: String

  init(method: AuthMethod, data: [UInt8], framing: Framing) {
    self.method = method
    self.data = data
    self.framing = framing.rawValue
  }

  /// Reads a line without its ending.
  init(line: [UInt8]) throws(Refusal) {
    let fields = line.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
    guard fields.count >= 3, let method = String(validating: fields[0], as: UTF8.self),
      let framing = String(validating: fields[2], as: UTF8.self)
    else { throw .malformedAuthLine }
    self.method = AuthMethod(rawValue: method)
    data = Array(fields[1])
    self.framing = framing
  }

  /// The line with its ending.
  var bytes: [UInt8] {
    Array(method.rawValue.utf8) + [UInt8(ascii: ";")] + data + [UInt8(ascii: ";")]
      + Array(framing.utf8) + [UInt8(ascii: "\n")]
  }
}

// MARK: - Refusals

/// The refusals of an authentication line.
extension Refusal {
  static let noCredentials = Refusal(
    .noCredentials,
    """
    nobody can be authenticated: this node has neither a secret nor a certificate (for TLS); put \
    the network's secret into its configuration file, or set a certificate
    """)

  static let malformedAuthLine = Refusal(
    .malformedAuthLine,
    "the authentication line of the other end is not method;data;framing with lower-case hex data")

  static func authMethodNotAccepted(_ method: AuthMethod, accepted: [AuthMethod]) -> Refusal {
    Refusal(
      .authMethodNotAccepted,
      """
      the other end authenticates by \(quoted(method.rawValue)), we accept \
      \(list(accepted.map(\.rawValue))) only; compare auth_accept and auth_offer in the \
      configuration file of both hosts
      """)
  }

  static let wrongSecret = Refusal(
    .wrongSecret,
    """
    the other end does not have our secret: compare the secret in the configuration file of both \
    hosts
    """)

  static let wrongDigest = Refusal(
    .wrongSecret,
    "the other end has not seen the same greetings as we: somebody in between has changed them")

  static let wrongProof = Refusal(
    .wrongSecret,
    """
    the other end has our secret by its greeting, but its proof does not fit: somebody in between \
    has changed the greetings, or replays one
    """)

  static let cryptography = Refusal(
    .cryptography,
    "OpenSSL cannot compute HMAC-SHA3-512: check that version 3 with SHA-3 is installed")
}
