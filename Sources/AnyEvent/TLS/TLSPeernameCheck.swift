internal import AEOpenSSL
internal import AEValue
internal import COpenSSL

/// How a certificate's names are compared with the peername: the argument `verify_peername` of ``TLSContext``.
///
/// `true` is OpenSSL's own way, `false` none. A text is the name of a protocol, as in Perl: `"http"`, `"ldap"`,
/// `"smtp"`, and those that follow one of them, also with an `s` at the end. Corresponds to Perl's
/// `verify_peername => $scheme | $callback`.
public struct TLSPeernameCheck: Sendable, ExpressibleByBooleanLiteral, ExpressibleByStringLiteral {
  enum Kind: Sendable {
    case none
    case standard
    case scheme(inAlternatives: Int, inCommonName: Int, checkingCommonName: Int)
    case callback(@Sendable (TLSCertificate, String) -> Bool)
  }

  let kind: Kind

  private init(kind: Kind) { self.kind = kind }

  /// OpenSSL's own way, or none.
  public init(_ isChecked: Bool) { self.init(kind: isChecked ? .standard : .none) }

  /// OpenSSL's own way, or none.
  public init(booleanLiteral isChecked: Bool) { self.init(isChecked) }

  /// The way of a protocol; a text that names none stops the program with a sentence.
  public init(stringLiteral name: String) {
    guard let kind = Self.kinds[name] else {
      misuse(
        "\"\(name)\" is no scheme of verify_peername: write \"http\", \"ldap\", \"smtp\" or another protocol's name, or .scheme(…)"
      )
    }
    self.init(kind: kind)
  }

  /// Wildcards at either end of the first part of alternative names, and the common name, without wildcards, where
  /// there are no alternative ones (RFC 2818).
  public static let http = TLSPeernameCheck(kind: rfc2818)
  /// Wildcards as the first part of alternative names, and the common name, without wildcards, in any case
  /// (RFC 4513).
  public static let ldap = TLSPeernameCheck(kind: rfc4513)
  /// No wildcards, and the common name in any case (RFC 3207).
  public static let smtp = TLSPeernameCheck(kind: rfc3207)

  /// A way of one's own, by Perl's three numbers.
  ///
  /// - Parameters:
  ///   - wildcards_in_alt: 0 for none in alternative names, 1 as the first part (`*.example.org`), 2 at
  ///     either end of the first part (`www*.example.org`).
  ///   - wildcards_in_cn: the same for the common name, where it allows no more than
  ///     `wildcards_in_alt` does.
  ///   - check_cn: 0 if the common name is not looked at, 1 if there are no alternative names, 2 in any case.
  /// - Returns: the check.
  public static func scheme(
    wildcards_in_alt: Int, wildcards_in_cn: Int, check_cn: Int
  ) -> TLSPeernameCheck {
    let numbers = [wildcards_in_alt, wildcards_in_cn, check_cn]
    require(
      numbers.allSatisfy { (0...2).contains($0) },
      "a scheme of verify_peername has three numbers from 0 to 2, not \(numbers)")
    return TLSPeernameCheck(
      kind: .scheme(
        inAlternatives: wildcards_in_alt, inCommonName: min(wildcards_in_cn, wildcards_in_alt),
        checkingCommonName: check_cn))
  }

  /// A function that says whether the certificate is that of the peer.
  ///
  /// It is called on the loop's thread, when all else is verified.
  public static func callback(
    _ callback: @escaping @Sendable (_ cert: TLSCertificate, _ peername: String) -> Bool
  ) -> TLSPeernameCheck {
    TLSPeernameCheck(kind: .callback(callback))
  }

  private static let rfc4513 = Kind.scheme(
    inAlternatives: 1, inCommonName: 0, checkingCommonName: 2)
  private static let rfc2818 = Kind.scheme(
    inAlternatives: 2, inCommonName: 0, checkingCommonName: 1)
  private static let rfc3207 = Kind.scheme(
    inAlternatives: 0, inCommonName: 0, checkingCommonName: 2)

  private static let kinds: TextDictionary<Kind> = {
    var kinds: TextDictionary<Kind> = ["none": Kind.none]
    for (kind, protocols, documents) in [
      (rfc2818, ["http", "xmpp", "ftp"], ["rfc2818", "rfc3920", "rfc4217"]),
      (
        rfc4513, ["ldap", "pop3", "imap", "acap", "nntp"],
        ["rfc4513", "rfc2595", "rfc2995", "rfc4642"]
      ),
      (rfc3207, ["smtp"], ["rfc3207"]),
    ] {
      for name in protocols + protocols.map({ $0 + "s" }) + documents { kinds[name] = kind }
    }
    return kinds
  }()
}

extension TLSPeernameCheck {
  /// Whether names are compared at all.
  var isWanted: Bool {
    switch kind {
    case .none: false
    case .standard, .scheme, .callback: true
    }
  }

  /// Whether OpenSSL leaves the check to ``accepts(_:_:)``.
  var isOwn: Bool {
    switch kind {
    case .none, .standard: false
    case .scheme, .callback: true
    }
  }

  /// Whether a certificate, an `X509`, is that of the peer.
  func accepts(_ certificate: OpaquePointer, _ peername: String) -> Bool {
    switch kind {
    case .none, .standard: return true
    case .callback(let callback):
      return TLSCertificate(certificate).map { callback($0, peername) } ?? false
    case .scheme(let inAlternatives, let inCommonName, let checking):
      if SocketAddress.isNumeric(peername) {
        // Addresses in certificates have no zones.
        return X509_check_ip_asc(certificate, String(peername.prefix { $0 != "%" }), 0) == 1
      }
      let never = CUnsignedInt(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)
      let always = CUnsignedInt(X509_CHECK_FLAG_ALWAYS_CHECK_SUBJECT)
      if Self.matches(certificate, peername, Self.flags(inAlternatives) | never) { return true }
      // Alternative names are compared once more, by a rule that is as strict or stricter.
      return checking > 0
        && Self.matches(
          certificate, peername, Self.flags(inCommonName) | (checking == 2 ? always : 0))
    }
  }

  private static func matches(
    _ certificate: OpaquePointer, _ name: String, _ flags: CUnsignedInt
  ) -> Bool {
    defer { OpenSSLErrors.clear() }
    return X509_check_host(certificate, name, name.utf8.count, flags, nil) == 1
  }

  private static func flags(_ wildcards: Int) -> CUnsignedInt {
    switch wildcards {
    case 0: CUnsignedInt(X509_CHECK_FLAG_NO_WILDCARDS)
    case 1: CUnsignedInt(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS)
    default: 0
    }
  }
}
