internal import Glibc

/// The process that has changed something for others, such as the mode of an open file or a name in the
/// file system: it puts that right, and not its children, which inherit the object.
struct ChangingProcess {
  /// How many forks are between the process that made the first loop and this one, counted in the child by
  /// who is told of them.
  nonisolated(unsafe) static var generation = 0

  private let generation = Self.generation

  /// Whether this process is the one.
  var isThis: Bool { generation == Self.generation }

  /// Makes the open file of a descriptor blocking again, if this process is the one.
  func makeBlocking(_ descriptor: CInt) {
    guard isThis else { return }
    let flags = fcntl(descriptor, F_GETFL)
    if flags >= 0 { _ = fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) }
  }
}
