internal import CSodium

/// The second line of a greeting: text that was never sent before, against replays.
public struct Nonce: Hashable, Sendable, CustomStringConvertible {
  /// The text that is sent.
  public let description: String

  /// A fresh nonce: 66 bytes of the operating system's generator in base64, 88 characters.
  ///
  /// The corresponding C function is `randombytes_buf`.
  public init() {
    Sodium.start()
    var bytes = [UInt8](repeating: 0, count: 66)
    randombytes_buf(&bytes, bytes.count)
    description = Base64.encode(bytes)
  }

  /// A nonce that is known beforehand, for tests and replays; two connections must never share one.
  public init(replaying text: String) { description = text }
}
