/// Whether a stream begins with TLS, judged by its first bytes.
public struct TLSDetection: Hashable, Sendable {
  /// Whether it begins with TLS.
  public let detected: Bool
  /// The version of the record: 3.1 to 3.4 for TLS 1.0 to 1.3, zeros when it is no TLS.
  public let major: UInt8
  /// The second part of the version.
  public let minor: UInt8

  /// Looks at the beginning of a stream; nil while there are too few bytes to tell.
  ///
  /// TLS begins with a record of type 22 (handshake) and version 3.x, not too long, with a ClientHello in it.
  init?(_ bytes: UnsafeRawBufferPointer) {
    let mayBe =
      bytes.count == 0
      || (bytes[0] == 22 && (bytes.count < 2 || bytes[1] == 3)
        && (bytes.count < 3 || bytes[2] <= 4))
    if mayBe, bytes.count < 6 { return nil }
    detected =
      mayBe && (4...1 << 14).contains(Int(bytes[3]) << 8 | Int(bytes[4])) && bytes[5] == 1
    major = detected ? bytes[1] : 0
    minor = detected ? bytes[2] : 0
  }
}

extension HandleReadType where Output == TLSDetection {
  /// Says whether the data is the beginning of a TLS handshake, and takes nothing:
  /// `push_read(.tls_detect) { handle, detect, major, minor in … }`.
  ///
  /// Corresponds to Perl's read type `tls_detect`.
  public static var tls_detect: Self {
    Self(name: "tls_detect", .ofBuffer) { { TLSDetection($0.bytes) } }
  }
}

extension HandleReadType where Output == Void {
  /// Starts TLS if the next bytes are the beginning of a TLS handshake, and otherwise does nothing:
  /// `push_read(.tls_autostart(.accept))`.
  ///
  /// Corresponds to Perl's `tls_autostart => "accept"`.
  public static func tls_autostart(_ role: TLSRole) -> Self { autostart(nil, role) }

  /// Starts TLS with a context if the other end does: Perl's `tls_autostart => $tls_ctx, "accept"`.
  public static func tls_autostart(_ context: TLSContext, _ role: TLSRole) -> Self {
    autostart(context, role)
  }

  private static func autostart(_ context: TLSContext?, _ role: TLSRole) -> Self {
    Self(anyevent_read_type: { _, cb in
      { handle in
        guard let found = TLSDetection(handle.rbuf.bytes) else { return false }
        // Inside of TLS such bytes are data.
        if found.detected, !handle.isEncrypted { handle.starttls(role, context) }
        cb(handle, ())
        return true
      }
    })
  }
}
