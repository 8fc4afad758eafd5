internal import AEOpenSSL

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
