import Glibc

/// Standard input, output and error.
enum StandardDescriptors {
  /// Opens those that are closed at nothing, so that no socket or file takes their number and gets
  /// what is meant for people.
  static func fill() {
    var descriptor: CInt
    repeat { descriptor = open("/dev/null", O_RDWR) } while (0..<STDERR_FILENO).contains(descriptor)
    if descriptor > STDERR_FILENO { close(descriptor) }
  }
}
