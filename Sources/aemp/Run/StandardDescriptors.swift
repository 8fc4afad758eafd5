import AnyEvent
import Glibc

extension StandardDescriptors {
  /// Opens those that are closed at nothing, so that no socket or file takes their number and gets
  /// what is meant for people.
  ///
  /// - Parameter isQuiet: whether what is written there shall vanish, and not fail.
  static func fill(isQuiet: Bool) {
    var descriptor: CInt
    repeat {
      descriptor = open("/dev/null", isQuiet ? O_RDWR : O_RDONLY)
    } while (0..<STDERR_FILENO).contains(descriptor)
    if descriptor > STDERR_FILENO { close(descriptor) }
  }
}
