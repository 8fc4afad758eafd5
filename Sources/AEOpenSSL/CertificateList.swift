internal import COpenSSL

/// Certificates without keys, for instance those of the authorities that are trusted.
package final class CertificateList: @unchecked Sendable {
  /// Each certificate, an `X509`, in the order of the text; they live as long as the list.
  package let certificates: [OpaquePointer]

  /// The certificates that a PEM text holds; blocks of other kinds are passed over.
  ///
  /// - Throws: ``CertificateError`` when there is none, or one that cannot be read.
  package init(pem text: String) throws(CertificateError) {
    certificates = try Array(text.utf8).withUnsafeBufferPointer {
      (bytes) throws(CertificateError) in
      try CertificateList.read(PEMReader(UnsafeRawBufferPointer(bytes)))
    }
  }

  /// The certificates that a file in PEM format holds.
  ///
  /// - Throws: ``CertificateError`` when there is none, or one that cannot be read.
  package init(file path: String) throws(CertificateError) {
    certificates = try CertificateList.read(PEMReader(file: path))
  }

  deinit {
    for certificate in certificates { X509_free(certificate) }
  }

  private static func read(
    _ reader: consuming PEMReader
  ) throws(CertificateError) -> [OpaquePointer] {
    OpenSSLErrors.clear()
    var found: [OpaquePointer] = []
    do throws(CertificateError) {
      while let block = try reader.next() {
        guard block.isCertificate else { continue }
        guard let certificate = block.certificate() else {
          throw .brokenCertificate(OpenSSLErrors.takeReason())
        }
        found.append(certificate)
      }
      if found.isEmpty { throw .noCertificate }
      return found
    } catch {
      for certificate in found { X509_free(certificate) }
      throw error
    }
  }
}
