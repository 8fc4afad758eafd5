/// All four greeting lines of a connection, which both authentication lines cover.
struct Transcript {
  /// Our two lines with LF endings.
  var ours: [UInt8]
  /// The other end's two lines with LF endings, however they arrived.
  var theirs: [UInt8]

  /// The data that proves our knowledge of the secret to the other end.
  func ownData(for method: AuthMethod, secret: Secret) throws(Refusal) -> [UInt8] {
    try withProof(by: method, secret: secret, of: [ours, theirs], Hexadecimal.encode)
  }

  /// The one of the secrets that the other end knows, as its line proves; throws if it is none.
  func verify(_ line: AuthLine, secrets: [Secret]) throws(Refusal) -> Secret {
    guard let data = Hexadecimal.decode(line.data) else { throw .malformedAuthLine }
    for secret in secrets {
      let isProven = try withProof(by: line.method, secret: secret, of: [theirs, ours]) {
        expected in
        data.withUnsafeBytes { ConstantTime.areEqual($0, expected) }
      }
      if isProven { return secret }
    }
    throw .wrongSecret
  }

  private static let sealingLabel = Array("secretbox_x25519\n".utf8)

  /// Calls `body` with what the sender of an authentication line has to send.
  ///
  /// `lines` are first the sender's, then the receiver's greeting. The secret is not copied.
  private func withProof<Result>(
    by method: AuthMethod, secret: Secret, of lines: [[UInt8]],
    _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(Refusal) -> Result {
    if method == .secretboxX25519 {
      let code = secret.sealingCode(for: [Transcript.sealingLabel] + lines)
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
