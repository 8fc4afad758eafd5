internal import COpenSSL
internal import Glibc

/// The list in which OpenSSL notes, for each thread, why its calls failed.
///
/// A caller that sees a call fail empties the list, by ``takeReason()`` or ``clear()``: an error that stays in it
/// confuses later calls on this thread, those of the host program among them.
package enum OpenSSLErrors {
  /// Whether the latest failure is this one of the PEM reader.
  static func latestIsPEM(_ reason: CInt) -> Bool {
    let code = ERR_peek_last_error()
    return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == reason
  }

  /// Why the calls since the last emptying failed, in OpenSSL's words, which hold no data; empties
  /// the list.
  package static func takeReason() -> String {
    // The earliest error is the cause, the later ones are its consequences.
    let code = ERR_get_error()
    ERR_clear_error()
    // OpenSSL has no words for an error of the system, of which it notes the errno.
    let systemError = aeossl_system_error(code)
    if systemError != 0 { return systemReason(systemError) }
    guard code != 0, let reason = ERR_reason_error_string(code) else { return "unknown reason" }
    return String(cString: reason)
  }

  private static func systemReason(_ code: CInt) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let start = buffer.baseAddress, strerror_r(code, start, buffer.count) == 0 else {
        return "error \(code)"
      }
      return String(cString: start)
    }
  }

  /// Empties the list; costs next to nothing when it is empty.
  package static func clear() {
    if ERR_peek_error() != 0 { ERR_clear_error() }
  }
}
