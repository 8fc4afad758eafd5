internal import AEOpenSSL
internal import COpenSSL

extension TLSContext {
  /// A part of the own certificate as a program gives it: a text, or a file in its place.
  struct PEMArgument {
    let name: String
    let text: String?
    let path: String?
  }

  /// Key and certificate out of texts and files; nil when there are none.
  ///
  /// - Throws: ``TLSError`` with the name of the argument that cannot be used.
  static func bundle(
    _ arguments: [PEMArgument], password: () -> String?
  ) throws(TLSError) -> CertificateBundle? {
    var parts = CertificateParts()
    var last: String?
    for argument in arguments {
      guard let name = argument.givenName else { continue }
      last = name
      do throws(CertificateError) {
        try argument.read(into: &parts, password)
      } catch {
        throw .unusable(name, error)
      }
    }
    guard let last else { return nil }
    do throws(CertificateError) {
      return try CertificateBundle(parts)
    } catch {
      throw .unusable(last, error)
    }
  }
}

extension TLSContext {
  /// Takes a group of Diffie-Hellman keys, by its name or its parameters.
  ///
  /// - Throws: ``TLSError`` with the name of the argument that cannot be used.
  func useGroup(_ argument: PEMArgument) throws(TLSError) {
    guard let name = argument.givenName else { return }
    OpenSSLErrors.clear()
    guard
      let group = argument.path == nil
        ? Self.group(argument.text ?? "") : Self.group(file: argument.path)
    else {
      throw TLSError(
        .configuration,
        "\(name) is neither a group such as ffdhe3072 nor parameters in PEM format (\(OpenSSLErrors.takeReason()))"
      )
    }
    guard SSL_CTX_set0_tmp_dh_pkey(pointer, group) == 1 else {
      EVP_PKEY_free(group)
      throw TLSError(.configuration, "\(name) cannot be used (\(OpenSSLErrors.takeReason()))")
    }
    OpenSSLErrors.clear()
  }

  private static func group(_ text: String) -> OpaquePointer? {
    if text.hasPrefix("ffdhe") { return namedGroup(text) }
    var text = text
    return text.withUTF8 { bytes in
      readGroup(BIO_new_mem_buf(bytes.baseAddress, CInt(clamping: bytes.count)))
    }
  }

  private static func group(file path: String?) -> OpaquePointer? {
    path.flatMap { readGroup(BIO_new_file($0, "r")) }
  }

  private static func readGroup(_ source: OpaquePointer?) -> OpaquePointer? {
    guard let source else { return nil }
    defer { BIO_free(source) }
    return PEM_read_bio_Parameters(source, nil)
  }

  private static func namedGroup(_ name: String) -> OpaquePointer? {
    guard let context = EVP_PKEY_CTX_new_from_name(nil, "DH", nil) else { return nil }
    defer { EVP_PKEY_CTX_free(context) }
    var group: OpaquePointer?
    guard EVP_PKEY_paramgen_init(context) == 1, EVP_PKEY_CTX_set_group_name(context, name) == 1,
      EVP_PKEY_paramgen(context, &group) == 1
    else { return nil }
    return group
  }
}

extension TLSContext.PEMArgument {
  /// The name of the argument that is given; nil if none is.
  fileprivate var givenName: String? { path != nil ? "\(name)_file" : text != nil ? name : nil }

  fileprivate func read(
    into parts: inout CertificateParts, _ password: () -> String?
  ) throws(CertificateError) {
    if let path { return try parts.add(file: path, password: password) }
    try Array((text ?? "").utf8).withUnsafeBufferPointer { (bytes) throws(CertificateError) in
      try parts.add(pem: UnsafeRawBufferPointer(bytes), password: password)
    }
  }
}

extension TLSError {
  /// An argument with a text or a file that cannot be used.
  static func unusable(_ argument: String, _ error: CertificateError) -> TLSError {
    guard error.code == .encryptedKey else {
      return TLSError(.configuration, "\(argument) \(error)")
    }
    return TLSError(
      .configuration,
      "\(argument) holds a private key that is protected by a pass phrase; give it as cert_password"
    )
  }
}
