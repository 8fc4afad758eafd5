internal import AEOpenSSL
internal import AEValue
internal import COpenSSL
internal import Glibc

/// The authorities that a context trusts: those that the program names, else those of the environment, else
/// the system's.
struct TLSTrust {
  private let certificates: String?
  private let file: String?
  private let directory: String?
  /// Whether the program names none.
  let isOfSystem: Bool

  init(
    ca_cert: String? = nil, ca_file: String? = nil, ca_path: String? = nil,
    environment: (String) -> String? = environment
  ) {
    isOfSystem = ca_cert == nil && ca_file == nil && ca_path == nil
    certificates = ca_cert
    file = ca_file ?? (isOfSystem ? environment("PERL_ANYEVENT_CA_FILE") : nil)
    directory = ca_path ?? (isOfSystem ? environment("PERL_ANYEVENT_CA_PATH") : nil)
  }

  private static func environment(_ name: String) -> String? {
    guard let text = getenv(name), text.pointee != 0 else { return nil }
    return String(cString: text)
  }

  /// Has the context trust them.
  ///
  /// - Throws: ``TLSError`` with the name of the argument that cannot be used.
  func apply(to context: TLSContext) throws(TLSError) {
    if let file {
      try trust(in: context, "ca_file") { () throws(CertificateError) in try .init(file: file) }
    }
    if let certificates {
      try trust(in: context, "ca_cert") { () throws(CertificateError) in
        try .init(pem: certificates)
      }
    }
    if let directory { try lookUp(in: directory, for: context) }
    guard certificates == nil, file == nil, directory == nil else { return }
    guard SSL_CTX_set_default_verify_paths(context.pointer) == 1 else {
      throw .notMade(OpenSSLErrors.takeReason())
    }
  }

  private func trust(
    in context: TLSContext, _ name: String, _ list: () throws(CertificateError) -> CertificateList
  ) throws(TLSError) {
    let known: CertificateList
    do throws(CertificateError) {
      known = try list()
    } catch {
      throw .unusable(name, error)
    }
    try context.trust(known.certificates)
  }

  /// Files in the directory are read when a certificate asks for them.
  private func lookUp(in directory: String, for context: TLSContext) throws(TLSError) {
    // OpenSSL takes any text, and finds no authority later.
    guard let handle = opendir(directory) else {
      let reason = SystemError.last.reason
      throw TLSError(
        .configuration, "ca_path cannot be read (\(reason)); look at its name and its rights")
    }
    closedir(handle)
    guard SSL_CTX_load_verify_dir(context.pointer, directory) == 1 else {
      throw .notMade(OpenSSLErrors.takeReason())
    }
  }

  /// Has the context refuse certificates that are revoked, and those of authorities without a list of them.
  ///
  /// - Throws: ``TLSError`` when there is no directory where the lists could be.
  func checkRevocation(in context: TLSContext) throws(TLSError) {
    guard directory != nil else {
      throw TLSError(
        .configuration,
        "check_crl needs ca_path, the directory that has the lists of revoked certificates")
    }
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context.pointer), UInt(X509_V_FLAG_CRL_CHECK))
  }
}
