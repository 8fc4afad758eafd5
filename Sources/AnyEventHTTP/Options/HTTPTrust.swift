/// Whom a request trusts over TLS, and which certificate it shows.
///
/// Corresponds to what Perl's `http_request` takes as `tls_ctx`, with the names of `AnyEvent::TLS`. A
/// connection is used again only for requests with the same trust.
public struct HTTPTrust: Hashable, Sendable {
  /// Whether the server must have a certificate of a trusted authority.
  public var verify: Bool
  /// Whether the certificate must have the server's name.
  public var verify_peername: Bool
  /// The certificates of the trusted authorities in PEM format; without any the system's are trusted.
  public var ca_cert: String?
  /// A file to read instead of `ca_cert`.
  public var ca_file: String?
  /// The own certificate and its issuers', in PEM format.
  public var cert: String?
  /// A file to read instead of `cert`.
  public var cert_file: String?
  /// The own private key in PEM format, unless it stands beside the certificate.
  public var key: String?
  /// A file to read instead of `key`.
  public var key_file: String?
  /// The methods of TLS 1.2, in OpenSSL's notation.
  public var cipher_list: String?

  /// Trust with these properties.
  public init(
    verify: Bool = true, verify_peername: Bool? = nil, ca_cert: String? = nil,
    ca_file: String? = nil, cert: String? = nil, cert_file: String? = nil, key: String? = nil,
    key_file: String? = nil, cipher_list: String? = nil
  ) {
    self.verify = verify
    self.verify_peername = verify_peername ?? verify
    self.ca_cert = ca_cert
    self.ca_file = ca_file
    self.cert = cert
    self.cert_file = cert_file
    self.key = key
    self.key_file = key_file
    self.cipher_list = cipher_list
  }

  /// The server's certificate and its name are verified, by the system's authorities.
  public static let high = HTTPTrust()
  /// No certificate is verified: an attacker on the way can read and change everything.
  public static let low = HTTPTrust(verify: false)
}
