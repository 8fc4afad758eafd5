internal import AEOpenSSL
internal import Glibc

/// The PEM text of the setting `cert`, made or checked.
package enum CertificateText {
  /// The largest PEM text that is read, in bytes.
  package static let sizeLimit = 1 << 20

  /// A new key and a certificate that it signed itself.
  ///
  /// - Parameter now: seconds since 1970.
  /// - Returns: the value of the setting.
  /// - Throws: ``ConfigurationError`` when OpenSSL cannot make them.
  package static func generate(now: Int) throws(ConfigurationError) -> Value {
    do throws(CertificateError) {
      return .string(try CertificateBundle.generate(now: now).pem())
    } catch {
      throw ConfigurationError(.badValue, "a certificate \(error)")
    }
  }

  /// Checks a PEM text and returns the value of the setting: key, certificate and further
  /// certificates.
  ///
  /// All other text in it is left out.
  ///
  /// - Parameters:
  ///   - pem: the text; overwritten with zeros.
  ///   - name: the name of the text in error sentences.
  ///   - now: seconds since 1970.
  /// - Returns: the value.
  /// - Throws: ``ConfigurationError`` when a node could not use it.
  package static func check(
    _ pem: inout [UInt8], name: String, now: Int
  ) throws(ConfigurationError) -> Value {
    // Unlike an assignment, the compiler never leaves out this call, although nothing reads the
    // text again.
    defer {
      pem.withUnsafeMutableBytes { bytes in
        if let start = bytes.baseAddress { explicit_bzero(start, bytes.count) }
      }
    }
    guard pem.count <= sizeLimit else {
      throw ConfigurationError(
        .unusableInput, "\(name) is larger than 1 MiB, so it is no certificate; give another file")
    }
    do throws(CertificateError) {
      let bundle = try pem.withUnsafeBufferPointer { text throws(CertificateError) in
        try CertificateBundle(pem: UnsafeRawBufferPointer(text))
      }
      try bundle.checkValidity(now: now)
      return .string(try bundle.pem())
    } catch {
      throw ConfigurationError(.badValue, "\(name) \(error)")
    }
  }
}
