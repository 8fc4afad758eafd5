internal import COpenSSL

/// The versions of TLS that a ``TLSContext`` speaks.
///
/// Corresponds to the values of Perl's `method`, of which the older ones are out of use (RFC 8996).
public enum TLSMethod: String, Hashable, Sendable, CaseIterable {
  /// 1.2 and 1.3.
  case any
  /// 1.2 alone.
  case TLSv1_2
  /// 1.3 alone.
  case TLSv1_3
}

extension TLSMethod {
  /// Limits a context, an `SSL_CTX`, to the versions, without TLS 1.2 if `withOld` is false.
  ///
  /// - Throws: ``TLSError`` when nothing remains.
  func limit(_ context: OpaquePointer, withOld: Bool) throws(TLSError) {
    if self == .TLSv1_2, !withOld {
      throw TLSError(.configuration, "method TLSv1_2 without tlsv1_2 leaves no version of TLS")
    }
    let isNew = self == .TLSv1_3 || !withOld
    aeossl_set_versions(
      context, isNew ? TLS1_3_VERSION : TLS1_2_VERSION,
      self == .TLSv1_2 ? TLS1_2_VERSION : TLS1_3_VERSION)
  }
}
