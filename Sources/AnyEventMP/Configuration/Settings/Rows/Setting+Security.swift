internal import AEMPWire

/// How nodes prove to each other who they are, and what others may do here.
extension Setting {
  /// The secret that all nodes of the network share.
  package static let secret = Setting(
    "secret", .secret, example: "geheimnis", isSecret: true,
    "the network's secret; \"-\" reads it from standard input",
    text: [
      """
      The secret is one line of at least 8 characters. From standard input it is seen by nobody, not \
      even as it is typed; as an argument it is overwritten as soon as it was read. What is typed is \
      stored byte for byte, as by Perl's tool: a letter that is not ASCII makes two characters or \
      more. In a JSON string a character is itself, up to U+00FF.
      """
    ], examples: ["pass show aemp | aemp setsecret -", "aemp delsecret"])

  /// Secrets that are accepted besides, most preferred first, while the network changes its secret.
  package static let secrets = Setting(
    "secrets", .secrets, example: "new-secret,old-secret", isSecret: true,
    "secrets to accept besides, while the secret changes",
    text: [
      """
      Others may have any of these secrets or the one of setsecret; the first that both ends \
      have is used. So the secret of a network is changed host by host: setsecrets NEW,OLD \
      everywhere, then setsecret NEW and delsecrets everywhere. Nodes in Perl know setsecret \
      only.
      """
    ], examples: ["aemp setsecrets NEW-SECRET,OLD-SECRET", "aemp delsecrets"])

  /// Key, certificate and trusted certificates as PEM text.
  package static let certificate = Setting(
    "cert", .certificate, example: "-----BEGIN CERTIFICATE-----", isSecret: true,
    "key and certificate from a PEM file; \"-\": standard input",
    text: [
      """
      The file holds, in any order, one private key without a pass phrase, its certificate, and \
      perhaps further certificates to trust. They are copied: the file is not needed any more.
      """
    ], examples: ["aemp setcert node.pem", "aemp delcert"])

  /// Authentication methods that we use, most preferred first.
  static let authOffer = Setting(
    "auth_offer", .authMethods(into: \.authOffer), standard: standardMethods,
    example: "secretbox_x25519,tls_sha3_512,hmac_sha3_512", "authentication methods that we use",
    text: [methods])

  /// Authentication methods that we accept, most preferred first.
  static let authAccept = Setting(
    "auth_accept", .authMethods(into: \.authAccept), standard: standardMethods,
    example: "secretbox_x25519,tls_sha3_512,hmac_sha3_512", "authentication methods that we accept",
    text: [methods], examples: ["aemp setauth_accept tls_sha3_512"])

  private static let standardMethods = Value.array(
    HandshakeConfiguration.defaultAuthMethods.map { .string($0.rawValue) })

  private static let methods =
    "The methods are \(AuthMethod.configurable.dropLast().joined(separator: ", ")) and cleartext."

  /// Whether other nodes may not start functions here.
  static let secure = Setting(
    "secure", .flag(into: \.secure), standard: 0, example: "1",
    "let no other node start functions here",
    text: ["With 1, spawning, function calls and evaluation for other nodes are refused."])
}
