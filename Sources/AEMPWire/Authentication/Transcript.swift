/// All four greeting lines of a connection, which both authentication lines cover.
struct Transcript {
  /// Our two lines with LF endings.
  var ours: [UInt8]
  /// The other end's two lines with LF endings, however they arrived.
  var theirs: [UInt8]

  /// The data that proves our knowledge of the secret to the other end.
  func ownData(for method: AuthMethod, secret: Secret) throws(Refusal) -> [UInt8] {
    try proof(by: method, secret: secret, [ours, theirs]).withUnsafeBytes(Hexadecimal.encode)
  }

  /// Whether the data proves that the other end knows the secret.
  func verify(_ line: AuthLine, secret: Secret) throws(Refusal) {
    guard let data = Hexadecimal.decode(line.data) else { throw .malformedAuthLine }
    let expected = try proof(by: line.method, secret: secret, [theirs, ours])
    guard ConstantTime.areEqual(data, expected) else { throw .wrongSecret }
  }

  /// What the sender of an authentication line computes; `lines` are first the sender's, then the
  /// receiver's greeting.
  private func proof(
    by method: AuthMethod, secret: Secret, _ lines: [[UInt8]]
  ) throws(Refusal) -> [UInt8] {
    try secret.withBytes { key throws(Refusal) in
      switch method {
      case .hmacSHA3_512:
        guard let code = HMACSHA3.authenticationCode(for: lines, key: key) else {
          throw .cryptography
        }
        return code
      case .cleartext: return Array(key)
      default: throw .authMethodNotAccepted(method, accepted: [.hmacSHA3_512, .cleartext])
      }
    }
  }
}
