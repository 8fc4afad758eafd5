/// Whether a stream begins with TLS, as far as the first bytes say.
public struct TLSDetection: Hashable, Sendable {
  /// Whether it does.
  public let detected: Bool
  /// The version of the record: 3.1 to 3.4 for TLS 1.0 to 1.3, zeros when it is no TLS.
  public let major: UInt8
  /// The second part of the version.
  public let minor: UInt8
}

extension HandleReadType where Output == TLSDetection {
  /// Looks whether the data is the beginning of a TLS handshake, and takes nothing.
  ///
  /// Corresponds to Perl's read type `tls_detect`.
  public static var tls_detect: Self {
    Self(name: "tls_detect") { { detection($0.bytes) } }
  }

  /// A record of type 22 (handshake) and version 3.x, not too long, with a ClientHello in it.
  private static func detection(_ bytes: UnsafeRawBufferPointer) -> TLSDetection? {
    let none = TLSDetection(detected: false, major: 0, minor: 0)
    if let type = bytes.first, type != 22 { return none }
    if bytes.count > 1, bytes[1] != 3 { return none }
    if bytes.count > 2, bytes[2] > 4 { return none }
    guard bytes.count >= 6 else { return nil }
    let length = Int(bytes[3]) << 8 | Int(bytes[4])
    guard (4...1 << 14).contains(length), bytes[5] == 1 else { return none }
    return TLSDetection(detected: true, major: bytes[1], minor: bytes[2])
  }
}
