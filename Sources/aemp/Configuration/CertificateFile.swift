import AnyEvent
import AnyEventMP
import Glibc

/// A PEM file that the user names, or standard input.
struct CertificateFile {
  /// The file; nil: standard input.
  let path: String?

  /// The value of the setting for what the file holds.
  ///
  /// - Throws: `ConfigurationError` when it can't be read, or when a node could not use it.
  func read() throws(ConfigurationError) -> Value {
    var pem = try bytes()
    return try CertificateText.check(
      &pem, name: path ?? "standard input", now: time(nil))
  }

  /// All bytes, up to one more than can be used.
  private func bytes() throws(ConfigurationError) -> [UInt8] {
    let descriptor =
      path.map { StandardDescriptors.spare(open($0, O_RDONLY | O_CLOEXEC)) } ?? STDIN_FILENO
    guard descriptor >= 0 else { throw unreadable(errno) }
    defer { if path != nil { close(descriptor) } }
    var problem: CInt = 0
    // Once and large enough: an array that grows leaves copies behind.
    let bytes = [UInt8](unsafeUninitializedCapacity: CertificateText.sizeLimit + 1) {
      buffer, total in
      total = 0
      while total < buffer.count {
        let rest = UnsafeMutableBufferPointer(rebasing: buffer[total...])
        let count = Glibc.read(descriptor, rest.baseAddress, rest.count)
        if count == 0 { break }
        if count > 0 {
          total += count
        } else if errno == EAGAIN {
          Readiness.wait(for: POLLIN, of: descriptor)
        } else if errno != EINTR {
          problem = errno
          break
        }
      }
    }
    if problem != 0 { throw unreadable(problem) }
    return bytes
  }

  private func unreadable(_ code: CInt) -> ConfigurationError {
    ConfigurationError(
      .unreadable,
      """
      cannot read \(path ?? "standard input"): \(String(cString: strerror(code))); name a PEM file \
      with a private key and its certificate
      """, file: path)
  }
}
