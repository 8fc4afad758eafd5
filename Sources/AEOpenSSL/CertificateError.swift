/// Why a text cannot be used as key and certificate of a node.
///
/// Compared by ``code`` only; ``description`` holds nothing of the text but dates.
package struct CertificateError: Error, Sendable, CustomStringConvertible {
  /// The kinds of problem.
  package enum Code: Hashable, Sendable {
    /// The file can't be read.
    case unreadable
    /// There is no PEM block in the text.
    case noBlocks
    /// A PEM block is cut off or damaged.
    case brokenBlock
    /// There is no private key.
    case noKey
    /// There is more than one private key.
    case severalKeys
    /// The private key is protected by a pass phrase.
    case encryptedKey
    /// The private key is protected by another pass phrase than the given one.
    case wrongPassword
    /// The private key can't be read, can't sign, or is too short for TLS.
    case unusableKey
    /// There is no certificate.
    case noCertificate
    /// A certificate can't be read.
    case brokenCertificate
    /// None of the certificates belongs to the private key.
    case mismatch
    /// The certificate is not valid any more.
    case expired
    /// The certificate is not valid yet.
    case notYetValid
    /// OpenSSL could not make key or certificate.
    case notMade
  }

  /// The kind of problem.
  package let code: Code
  /// The problem and its remedy, as a part of a sentence whose subject is the text.
  package let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  static func unreadable(_ reason: String) -> CertificateError {
    CertificateError(.unreadable, "cannot be read (\(reason)); look at its name and its rights")
  }

  static let noBlocks = CertificateError(
    .noBlocks,
    """
    holds no PEM text, which begins with "-----BEGIN"; give a file with a private key and its \
    certificate, or make both with "aemp gencert"
    """)

  static func brokenBlock(_ reason: String) -> CertificateError {
    CertificateError(
      .brokenBlock, "holds PEM text that is damaged (\(reason)); copy it anew, and whole")
  }

  static let noKey = CertificateError(
    .noKey,
    """
    holds no private key; put the key and its certificate into one file, or make both with \
    "aemp gencert"
    """)

  static let severalKeys = CertificateError(
    .severalKeys, "holds several private keys; leave only the one of the certificate in it")

  static let encryptedKey = CertificateError(
    .encryptedKey,
    """
    holds a private key that is protected by a pass phrase, which a node cannot be asked for; \
    take it away, for example with "openssl pkey -in key.pem -out plain.pem"
    """)

  static let wrongPassword = CertificateError(
    .wrongPassword, "holds a private key that the given pass phrase does not open")

  static func unusableKey(_ reason: String) -> CertificateError {
    CertificateError(
      .unusableKey,
      """
      holds a private key that cannot be used (\(reason)); take one of EC P-256 or of RSA with \
      2048 bits or more, or run "aemp gencert"
      """)
  }

  static let noCertificate = CertificateError(
    .noCertificate,
    """
    holds no certificate; put the key and its certificate into one file, or make both with \
    "aemp gencert"
    """)

  static func brokenCertificate(_ reason: String) -> CertificateError {
    CertificateError(
      .brokenCertificate, "holds a certificate that cannot be read (\(reason)); copy it anew")
  }

  static let mismatch = CertificateError(
    .mismatch,
    """
    holds no certificate that belongs to the private key; put the two that were made together \
    into one file
    """)

  static func expired(_ date: String) -> CertificateError {
    CertificateError(
      .expired,
      "holds a certificate that expired on \(date); renew it, or make one with \"aemp gencert\"")
  }

  static func notYetValid(_ date: String) -> CertificateError {
    CertificateError(
      .notYetValid,
      "holds a certificate that is valid only from \(date) on; wait, or set this machine's clock")
  }

  static func notMade(_ reason: String) -> CertificateError {
    CertificateError(
      .notMade, "cannot be made by OpenSSL (\(reason)); look at OpenSSL's configuration")
  }
}

extension CertificateError: Equatable {
  /// Whether both errors have the same ``code``.
  package static func == (a: CertificateError, b: CertificateError) -> Bool { a.code == b.code }
}
