package import AEOpenSSL
internal import COpenSSL

/// The common part of TLS connections: the own key and certificate, and the trusted authorities.
///
/// It allows versions 1.2 and 1.3, and no renegotiation. It may be shared between threads.
/// Corresponds to Perl's `AnyEvent::TLS`, with differences on the safe side: `verify` is true unless
/// said otherwise, a client that trusts the system's authorities checks the name of the host as well,
/// and where a name is to be checked it is an error that there is none.
public final class TLSContext: @unchecked Sendable {
  /// OpenSSL's context, an `SSL_CTX`; not changed after `init`.
  let pointer: OpaquePointer
  let verifiesName: Bool
  /// Whether a server needs a name to check; without that it checks a name only if it is given one.
  let serverVerifiesName: Bool

  /// The context of handles that are given none: it trusts the system's authorities.
  ///
  /// Corresponds to Perl's `AnyEvent::Handle::TLS_CTX`.
  public static let standard = Result { () throws(TLSError) in try TLSContext() }

  /// A context; all texts are in PEM format.
  ///
  /// - Parameters:
  ///   - cert: the own certificate, in front of its issuers' ones, and the key unless it is in
  ///     `key`. Certificates may stand in any order and belong to the key if they match it.
  ///   - key: the own private key.
  ///   - cert_file: a file to read instead of `cert`.
  ///   - ca_cert: the certificates of the trusted authorities.
  ///   - ca_file: a file to read instead of `ca_cert`; without either the system's are trusted.
  ///   - verify: whether a certificate of the other end is checked.
  ///   - verify_require_client_cert: whether a server wants one of its client.
  ///   - verify_peername: whether the certificate must name the handle's `peername`, without which
  ///     there is no connection then. Nil: in clients, when the system's authorities are trusted,
  ///     which certify everybody.
  ///   - cipher_list: the methods of TLS 1.2, in OpenSSL's notation.
  /// - Throws: ``TLSError`` when an argument can't be used.
  public convenience init(
    cert: String? = nil, key: String? = nil, cert_file: String? = nil, ca_cert: String? = nil,
    ca_file: String? = nil, verify: Bool = true, verify_require_client_cert: Bool = false,
    verify_peername: Bool? = nil, cipher_list: String? = nil
  ) throws(TLSError) {
    let own = try TLSContext.bundle(cert: cert, key: key, file: cert_file)
    let trusted = try TLSContext.list(ca_cert: ca_cert, ca_file: ca_file)
    let mode = TLSContext.mode(verify: verify, requireClient: verify_require_client_cert)
    try self.init(
      mode: mode, verifiesName: verify && (verify_peername ?? (trusted == nil)),
      serverVerifiesName: verify_peername == true)
    if let own {
      try use(own)
      try present(own.others)
    }
    if let trusted {
      try trust(trusted.certificates)
    } else if verify, SSL_CTX_set_default_verify_paths(pointer) != 1 {
      throw .notMade(OpenSSLErrors.takeReason())
    }
    if let cipher_list, SSL_CTX_set_cipher_list(pointer, cipher_list) != 1 {
      throw TLSError(.configuration, "cipher_list cannot be used (\(OpenSSLErrors.takeReason()))")
    }
  }

  /// A context whose connections present the bundle's certificate, want one of the other end in
  /// either role, and trust the certificates of the bundle, its own among them, and no others.
  ///
  /// - Throws: ``TLSError`` when OpenSSL cannot use it.
  package convenience init(mutual bundle: CertificateBundle) throws(TLSError) {
    try self.init(
      mode: TLSContext.mode(verify: true, requireClient: true), verifiesName: false)
    // Each cipher is one with forward secrecy.
    guard SSL_CTX_set_cipher_list(pointer, "DEFAULT:!kRSA") == 1 else {
      throw .notMade(OpenSSLErrors.takeReason())
    }
    // OpenSSL looks for the issuers of its own certificate among the trusted ones.
    try use(bundle)
    try trust([bundle.certificate] + bundle.others)
  }

  private init(
    mode: CInt, verifiesName: Bool, serverVerifiesName: Bool = false
  ) throws(TLSError) {
    OpenSSLErrors.clear()
    guard let context = SSL_CTX_new(TLS_method()) else {
      throw .notMade(OpenSSLErrors.takeReason())
    }
    pointer = context
    self.verifiesName = verifiesName
    self.serverVerifiesName = serverVerifiesName
    SSL_CTX_set_verify(context, mode, nil)
    aeossl_set_versions(context, TLS1_2_VERSION, TLS1_3_VERSION)
    // Sessions are not resumed: connections last, and their ends are verified each time.
    aeossl_disable_session_cache(context)
    SSL_CTX_set_num_tickets(context, 0)
    SSL_CTX_set_options(context, aeossl_context_options)
  }

  deinit { SSL_CTX_free(pointer) }

  private static func mode(verify: Bool, requireClient: Bool) -> CInt {
    guard verify else { return SSL_VERIFY_NONE }
    return SSL_VERIFY_PEER | (requireClient ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0)
  }

  private func use(_ bundle: CertificateBundle) throws(TLSError) {
    OpenSSLErrors.clear()
    guard SSL_CTX_use_certificate(pointer, bundle.certificate) == 1,
      SSL_CTX_use_PrivateKey(pointer, bundle.key) == 1
    else { throw .notMade(OpenSSLErrors.takeReason()) }
  }

  /// Sends these certificates besides the own one, as its issuers.
  private func present(_ issuers: [OpaquePointer]) throws(TLSError) {
    for issuer in issuers where aeossl_add_chain_certificate(pointer, issuer) != 1 {
      throw .notMade(OpenSSLErrors.takeReason())
    }
  }

  /// Trusts these certificates, be they authorities or not, and certificates of these authorities.
  private func trust(_ certificates: [OpaquePointer]) throws(TLSError) {
    OpenSSLErrors.clear()
    let store = SSL_CTX_get_cert_store(pointer)
    for certificate in certificates where X509_STORE_add_cert(store, certificate) != 1 {
      throw .notMade(OpenSSLErrors.takeReason())
    }
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(pointer), UInt(X509_V_FLAG_PARTIAL_CHAIN))
  }
}

extension TLSContext {
  /// Has the session of a client announce, and if the context wants that check, the name of the other end.
  ///
  /// - Throws: ``TLSError`` when a name must be checked and there is none, or an unusable one.
  func expect(
    _ name: String?, in session: OpaquePointer, as role: TLSRole
  ) throws(TLSError) {
    // OpenSSL takes an empty name for none, and a zero byte for the end of a name.
    guard let name, !name.isEmpty, !name.utf8.contains(0) else {
      let isNeeded = role == .connect || serverVerifiesName || name != nil
      if verifiesName, isNeeded { throw .noName }
      return
    }
    let isAddress = SocketAddress.isNumeric(name)
    if role == .connect, !isAddress {
      // A name that is too long is left out.
      _ = aeossl_set_host_name(session, name)
      OpenSSLErrors.clear()
    }
    guard verifiesName else { return }
    let isSet =
      isAddress
      // Addresses in certificates have no zones.
      ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), String(name.prefix { $0 != "%" }))
      : SSL_set1_host(session, name)
    if isSet != 1 { throw .badName(OpenSSLErrors.takeReason()) }
  }
}

extension TLSContext {
  /// Key and certificate out of texts or a file; nil when there are neither.
  static func bundle(
    cert: String?, key: String?, file: String?
  ) throws(TLSError) -> CertificateBundle? {
    do throws(CertificateError) {
      if let file { return try CertificateBundle(file: file) }
    } catch {
      throw TLSError(.configuration, "cert_file \(error)")
    }
    guard cert != nil || key != nil else { return nil }
    do throws(CertificateError) {
      let text = Array([key ?? "", cert ?? ""].joined(separator: "\n").utf8)
      return try text.withUnsafeBytesOfText { (bytes) throws(CertificateError) in
        try CertificateBundle(pem: bytes)
      }
    } catch {
      throw TLSError(.configuration, "cert \(error)")
    }
  }

  /// The authorities out of a text or a file; nil when there are neither.
  static func list(ca_cert: String?, ca_file: String?) throws(TLSError) -> CertificateList? {
    do throws(CertificateError) {
      if let ca_file { return try CertificateList(file: ca_file) }
    } catch {
      throw TLSError(.configuration, "ca_file \(error)")
    }
    do throws(CertificateError) {
      return try ca_cert.map { (text) throws(CertificateError) in try CertificateList(pem: text) }
    } catch {
      throw TLSError(.configuration, "ca_cert \(error)")
    }
  }
}

extension [UInt8] {
  fileprivate func withUnsafeBytesOfText<Result>(
    _ body: (UnsafeRawBufferPointer) throws(CertificateError) -> Result
  ) throws(CertificateError) -> Result {
    try withUnsafeBufferPointer { (bytes) throws(CertificateError) in
      try body(UnsafeRawBufferPointer(bytes))
    }
  }
}
