import Glibc

/// Waiting for descriptors that do not block: somebody who shares standard input or output with us may
/// have made them so.
enum Readiness {
  /// Waits as long as it takes.
  static func wait(for events: CInt, of descriptor: CInt) {
    var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    _ = poll(&request, 1, -1)
  }
}
