internal import CLibUV
internal import Glibc

/// The loops of this process, told in the child of a `fork`.
///
/// What the child does to an inherited loop would change the parent's, because both have the same
/// epoll descriptor: so the child gets new ones at once.
enum ForkedLoops {
  private nonisolated(unsafe) static var lock = pthread_mutex_t()
  private nonisolated(unsafe) static var loops: [ObjectIdentifier: Unmanaged<Loop>] = [:]

  /// How many forks are between the process that made the first loop and this one.
  nonisolated(unsafe) fileprivate static var generation = 0

  /// Whether this process is told of forks; evaluated once.
  private static let isTold: Bool = {
    pthread_mutex_init(&lock, nil)
    return pthread_atfork(
      { pthread_mutex_lock(&ForkedLoops.lock) },
      { pthread_mutex_unlock(&ForkedLoops.lock) },
      {
        pthread_mutex_unlock(&ForkedLoops.lock)
        ForkedLoops.generation += 1
        for loop in ForkedLoops.loops.values { loop.takeUnretainedValue().separateFromParent() }
      }) == 0
  }()

  static func add(_ loop: Loop) {
    guard isTold else { return }
    pthread_mutex_lock(&lock)
    loops[ObjectIdentifier(loop)] = .passUnretained(loop)
    pthread_mutex_unlock(&lock)
  }

  static func remove(_ loop: Loop) {
    guard isTold else { return }
    pthread_mutex_lock(&lock)
    loops[ObjectIdentifier(loop)] = nil
    pthread_mutex_unlock(&lock)
  }
}

/// The process that has changed something for others, such as the mode of an open file or a name in the
/// file system: it puts that right, and not its children, which inherit the object.
struct ChangingProcess {
  private let generation = ForkedLoops.generation

  /// Whether this process is the one.
  var isThis: Bool { generation == ForkedLoops.generation }

  /// Makes the open file of a descriptor blocking again, if this process is the one.
  func makeBlocking(_ descriptor: CInt) {
    guard isThis else { return }
    let flags = fcntl(descriptor, F_GETFL)
    if flags >= 0 { _ = fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) }
  }
}
