@testable import AEOpenSSL

/// PEM text: what is accepted is accepted again when it is written out, with as many certificates.
func fuzzCertificate(_ input: [UInt8]) throws {
  let bundle: CertificateBundle
  do {
    bundle = try input.withUnsafeBytes { try CertificateBundle(pem: $0) }
  } catch let error as CertificateError {
    try demand(!error.description.isEmpty, "an error says what is wrong")
    return
  }
  _ = try? bundle.checkValidity(now: 1_790_000_000)
  let text = Array(try bundle.pem().utf8)
  let again = try text.withUnsafeBytes { try CertificateBundle(pem: $0) }
  try demand(again.trustedCount == bundle.trustedCount, "a bundle is the same after writing it")
  try demand(try again.pem() == bundle.pem(), "a bundle is the same after writing it")
}
