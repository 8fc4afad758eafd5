package import AEOpenSSL
internal import COpenSSL
internal import Glibc

/// The common part of TLS connections: the own key and certificate, and the trusted authorities.
///
/// It allows versions 1.2 and 1.3, and no renegotiation. It may be shared between threads.
/// Corresponds to Perl's `AnyEvent::TLS`, with differences on the safe side: `verify` is true unless
/// said otherwise, a client that trusts the system's authorities checks the name of the host as well,
/// and where a name is to be checked it is an error that there is none.
public final class TLSContext: @unchecked Sendable {
  /// OpenSSL's context, an `SSL_CTX`; not changed after `init`.
  let pointer: OpaquePointer
  /// How names are compared, and who has the last word.
  private let check: TLSPeernameCheck
  private let callback: TLSVerifier.Callback?
  /// Whether a server needs a name to check; without that it checks a name only if it is given one.
  private let serverVerifiesName: Bool

  /// The context of handles that are given none: it trusts the system's authorities.
  ///
  /// Corresponds to Perl's `AnyEvent::Handle::TLS_CTX`.
  public static let standard = Result { () throws(TLSError) in try TLSContext() }

  /// A context; all texts and files are in PEM format.
  ///
  /// - Parameters:
  ///   - cert: the own certificate, in front of its issuers' ones, and the key unless it is in
  ///     `key`. Certificates may stand in any order and belong to the key if they match it.
  ///   - key: the own private key.
  ///   - cert_file: a file to read instead of `cert`.
  ///   - key_file: a file to read instead of `key`.
  ///   - cert_password: the pass phrase of the key; computed only if there is one.
  ///   - ca_cert: the certificates of the trusted authorities.
  ///   - ca_file: a file with such certificates.
  ///   - ca_path: a directory with a file for each authority, named by `openssl rehash`. Without any of the
  ///     three `PERL_ANYEVENT_CA_FILE` and `PERL_ANYEVENT_CA_PATH` name file and directory, and without
  ///     those the system's authorities are trusted.
  ///   - check_crl: whether certificates are looked for in the lists of revoked ones, which their
  ///     authorities have in `ca_path`; without a list they are refused.
  ///   - verify: whether a certificate of the other end is checked.
  ///   - verify_require_client_cert: whether a server wants one of its client.
  ///   - verify_peername: whether and how the certificate must name the handle's `peername`, without which
  ///     there is no connection then. Nil: in clients, when the system's authorities are trusted,
  ///     which certify everybody.
  ///   - verify_cb: has the last word on each certificate, from the authority's to the other end's own; called
  ///     on the loop's thread, during the handshake.
  ///   - method: the versions of TLS.
  ///   - tlsv1_2: whether TLS 1.2 is one of them.
  ///   - dh: the group of Diffie-Hellman keys for clients of TLS 1.2 without elliptic curves, such as
  ///     `"ffdhe3072"`, or its parameters; without it these clients find no method.
  ///   - dh_file: a file to read instead of `dh`.
  ///   - cipher_list: the methods of TLS 1.2, in OpenSSL's notation.
  ///   - session_ticket: whether a server lets clients resume a session for two hours, in which case they are
  ///     not verified again.
  /// - Throws: ``TLSError`` when an argument can't be used.
  public convenience init(
    cert: String? = nil, key: String? = nil, cert_file: String? = nil, key_file: String? = nil,
    cert_password: @autoclosure () -> String? = nil, ca_cert: String? = nil,
    ca_file: String? = nil, ca_path: String? = nil, check_crl: Bool = false, verify: Bool = true,
    verify_require_client_cert: Bool = false, verify_peername: TLSPeernameCheck? = nil,
    verify_cb: (@Sendable (_ certificate: TLSVerification) -> Bool)? = nil,
    method: TLSMethod = .any, tlsv1_2: Bool = true, dh: String? = nil, dh_file: String? = nil,
    cipher_list: String? = nil, session_ticket: Bool = false
  ) throws(TLSError) {
    let own = try TLSContext.bundle(
      [
        PEMArgument(name: "key", text: key, path: key_file),
        PEMArgument(name: "cert", text: cert, path: cert_file),
      ], password: cert_password)
    let trusted = TLSTrust(ca_cert: ca_cert, ca_file: ca_file, ca_path: ca_path)
    let check = verify_peername ?? TLSPeernameCheck(trusted.isOfSystem)
    try self.init(
      mode: TLSContext.mode(verify: verify, requireClient: verify_require_client_cert),
      check: verify ? check : false, callback: verify ? verify_cb : nil,
      serverVerifiesName: verify_peername != nil)
    try method.limit(pointer, withOld: tlsv1_2)
    if let own {
      try use(own)
      try present(own.others)
    }
    if verify { try trusted.apply(to: self) }
    if verify, check_crl { try trusted.checkRevocation(in: self) }
    try useGroup(PEMArgument(name: "dh", text: dh, path: dh_file))
    if session_ticket { aeossl_enable_tickets(pointer, "swift-anyevent", 14) }
    if let cipher_list, SSL_CTX_set_cipher_list(pointer, cipher_list) != 1 {
      throw TLSError(.configuration, "cipher_list cannot be used (\(OpenSSLErrors.takeReason()))")
    }
  }

  /// A context of OpenSSL's, an `SSL_CTX` that was made elsewhere and is kept, as it is.
  ///
  /// Its own settings decide how its connections verify certificates; names are not compared. Corresponds to Perl's
  /// `new_from_ssleay AnyEvent::TLS $ctx`.
  public init(ctx: OpaquePointer) {
    SSL_CTX_up_ref(ctx)
    pointer = ctx
    check = false
    callback = nil
    serverVerifiesName = false
  }

  /// OpenSSL's context, an `SSL_CTX`, for settings that have no argument here: to be changed, if at all, before the
  /// first connection is made with it.
  ///
  /// Corresponds to Perl's `$tls->ctx`.
  public var ctx: OpaquePointer { pointer }

  /// A context whose connections present the bundle's certificate, want one of the other end in
  /// either role, and trust the certificates of the bundle, its own among them, and no others.
  ///
  /// - Throws: ``TLSError`` when OpenSSL cannot use it.
  package convenience init(mutual bundle: CertificateBundle) throws(TLSError) {
    try self.init(
      mode: TLSContext.mode(verify: true, requireClient: true), check: false, callback: nil,
      serverVerifiesName: false)
    // Each cipher is one with forward secrecy.
    guard SSL_CTX_set_cipher_list(pointer, "DEFAULT:!kRSA") == 1 else {
      throw .notMade(OpenSSLErrors.takeReason())
    }
    // OpenSSL looks for the issuers of its own certificate among the trusted ones.
    try use(bundle)
    try trust([bundle.certificate] + bundle.others)
  }

  private init(
    mode: CInt, check: TLSPeernameCheck, callback: TLSVerifier.Callback?, serverVerifiesName: Bool
  ) throws(TLSError) {
    OpenSSLErrors.clear()
    guard let context = SSL_CTX_new(TLS_method()) else {
      throw .notMade(OpenSSLErrors.takeReason())
    }
    pointer = context
    self.check = check
    self.callback = callback
    self.serverVerifiesName = serverVerifiesName
    SSL_CTX_set_verify(context, mode, check.isOwn || callback != nil ? TLSVerifier.function : nil)
    aeossl_set_versions(context, TLS1_2_VERSION, TLS1_3_VERSION)
    // Sessions are not resumed: connections last, and their ends are verified each time.
    aeossl_disable_session_cache(context)
    SSL_CTX_set_num_tickets(context, 0)
    SSL_CTX_set_options(context, aeossl_context_options)
  }

  deinit { SSL_CTX_free(pointer) }

  /// When the own certificate expires, in seconds since 1970; nil without one.
  package var certificateEnd: Int? {
    guard let certificate = SSL_CTX_get0_certificate(pointer),
      let end = X509_get0_notAfter(certificate)
    else { return nil }
    var parts = tm()
    guard ASN1_TIME_to_tm(end, &parts) == 1 else {
      OpenSSLErrors.clear()
      return nil
    }
    return timegm(&parts)
  }

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
  ///
  /// - Throws: ``TLSError`` when OpenSSL cannot use one.
  func trust(_ certificates: [OpaquePointer]) throws(TLSError) {
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
  /// - Returns: the object that the session has to keep, if OpenSSL asks us about certificates.
  /// - Throws: ``TLSError`` when a name must be checked and there is none, or an unusable one.
  func expect(
    _ name: String?, in session: OpaquePointer, as role: TLSRole
  ) throws(TLSError) -> TLSVerifier? {
    let name = name.map { InternationalName.sent($0) }
    let isNamed = try expectName(name, in: session, as: role)
    guard check.isOwn || callback != nil else { return nil }
    let verifier = TLSVerifier(
      isNamed && check.isOwn ? check : nil, callback, peername: isNamed ? name : nil)
    verifier.attach(to: session)
    return verifier
  }

  /// Whether there is a name.
  private func expectName(
    _ name: String?, in session: OpaquePointer, as role: TLSRole
  ) throws(TLSError) -> Bool {
    // OpenSSL takes an empty name for none, a zero byte for the end of a name, and one that begins with a dot for
    // all hosts of the domain.
    guard let name, !name.isEmpty, !name.hasPrefix("."), !name.utf8.contains(0) else {
      let isNeeded = role == .connect || serverVerifiesName || name != nil
      if check.isWanted, isNeeded { throw .noName }
      return false
    }
    let isAddress = SocketAddress.isNumeric(name)
    if role == .connect, !isAddress {
      // A name that is too long is left out.
      _ = aeossl_set_host_name(session, name)
      OpenSSLErrors.clear()
    }
    guard check.isWanted, !check.isOwn else { return true }
    let isSet =
      isAddress
      // Addresses in certificates have no zones.
      ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), String(name.prefix { $0 != "%" }))
      : SSL_set1_host(session, name)
    if isSet != 1 { throw .badName(OpenSSLErrors.takeReason()) }
    return true
  }
}
