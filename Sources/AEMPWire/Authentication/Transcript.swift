/// All four greeting lines of a connection, which both authentication lines cover.
struct Transcript {
  /// This end's two lines with LF endings.
  var ours: [UInt8]
  /// The other end's two lines with LF endings, however they arrived.
  var theirs: [UInt8]

  /// The data of this end's authentication line.
  func ownData(for method: AuthMethod, secret: Secret?) throws(Refusal) -> [UInt8] {
    try withProof(by: method, secret: secret, of: [ours, theirs], Hexadecimal.encode)
  }

  /// The secret that the other end's line proves, nil if the method needs none; throws without a proof.
  ///
  /// `isShared`: its greeting says that it knows one of the secrets.
  func verify(
    _ line: AuthLine, secrets: [Secret], isShared: Bool
  ) throws(Refusal) -> Secret? {
    guard let data = Hexadecimal.decode(line.data) else { throw .malformedAuthLine }
    guard line.method.needsSecret else {
      guard try isProof(data, by: line.method, secret: nil) else { throw .wrongDigest }
      return nil
    }
    for secret in secrets where try isProof(data, by: line.method, secret: secret) {
      return secret
    }
    throw isShared ? .wrongProof : .wrongSecret
  }

  private func isProof(
    _ data: [UInt8], by method: AuthMethod, secret: Secret?
  ) throws(Refusal) -> Bool {
    try withProof(by: method, secret: secret, of: [theirs, ours]) { expected in
      data.withUnsafeBytes { ConstantTime.areEqual($0, expected) }
    }
  }

  /// Calls `body` with the data that the sender of an authentication line has to send.
  ///
  /// `lines` are first the sender's, then the receiver's greeting. The secret is not copied.
  private func withProof<Result>(
    by method: AuthMethod, secret: Secret?, of lines: [[UInt8]],
    _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(Refusal) -> Result {
    switch method {
    case .tlsAnonymous: return body(UnsafeRawBufferPointer(start: nil, count: 0))
    case .tlsSHA3_512:
      guard let digest = SHA3.digest(of: lines) else { throw .cryptography }
      return digest.withUnsafeBytes(body)
    default: break
    }
    guard let secret else { throw .noCredentials }
    if let sealed = SealedMethod(rawValue: method.rawValue) {
      let code = secret.sealingCode(for: lines, by: sealed)
      return code.withUnsafeBytes(body)
    }
    return try secret.withBytes { key throws(Refusal) in
      switch method {
      case .hmacSHA3_512:
        guard let code = HMACSHA3.authenticationCode(for: lines, key: key) else {
          throw .cryptography
        }
        return code.withUnsafeBytes(body)
      case .cleartext: return body(key)
      default: throw .authMethodNotAccepted(method, accepted: [.hmacSHA3_512, .cleartext])
      }
    }
  }
}
