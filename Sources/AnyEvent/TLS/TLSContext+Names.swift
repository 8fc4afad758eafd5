internal import AEOpenSSL
internal import COpenSSL

extension TLSContext {
  /// Has the session of a client tell, and if wanted check, the name of the other end.
  ///
  /// - Throws: ``TLSError`` when it is to be checked and there is none, or none that can be.
  func expect(
    _ name: String?, in session: OpaquePointer, as role: TLSRole
  ) throws(TLSError) {
    // OpenSSL takes an empty name for none, and a name for ended where there is a NUL.
    guard let name, !name.isEmpty, !name.utf8.contains(0) else {
      let isNeeded = role == .connect || serverVerifiesName || name != nil
      if verifiesName, isNeeded { throw .noName }
      return
    }
    let isAddress = SocketAddress.isNumeric(name)
    if role == .connect, !isAddress { tell(name, in: session) }
    guard verifiesName else { return }
    let isSet =
      isAddress
      // Certificates know of no zones.
      ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), String(name.prefix { $0 != "%" }))
      : SSL_set1_host(session, name)
    if isSet != 1 { throw .badName(OpenSSLErrors.takeReason()) }
  }

  private func tell(_ name: String, in session: OpaquePointer) {
    var bytes = Array(name.utf8CString)
    // SSL_set_tlsext_host_name; one that is too long is left out.
    SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name), &bytes)
    OpenSSLErrors.clear()
  }
}
