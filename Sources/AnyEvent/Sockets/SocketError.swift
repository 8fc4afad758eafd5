internal import Glibc

/// Why a socket could not be connected, bound or resolved.
public struct SocketError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The `errno` value; `ENXIO` if a host name could not be resolved, as in Perl.
  public let code: CInt
  /// A sentence without a full stop that names the address: "cannot bind to …: Address already in
  /// use".
  public let description: String

  /// An error with a text of its own.
  public init(code: CInt, _ description: String) {
    self.code = code
    self.description = description
  }

  /// An error that says what was tried, followed by the system's text for the code.
  init(_ what: String, code: CInt) {
    self.init(code: code, "\(what): \(Self.text(for: code))")
  }

  /// A host has a zone that this machine does not have.
  static func noInterface(_ zone: String, _ host: String) -> SocketError {
    SocketError(
      code: ENXIO, "cannot use \"\(host)\": this machine has no network interface \"\(zone)\"")
  }

  /// An error that the system has given this number.
  package init(_ code: CInt) { self.init(code: code, Self.text(for: code)) }

  static func text(for code: CInt) -> String {
    // The GNU variant is not imported into Swift; this one is thread-safe too.
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let start = buffer.baseAddress, strerror_r(code, start, buffer.count) == 0 else {
        return "error \(code)"
      }
      return String(cString: start)
    }
  }
}
