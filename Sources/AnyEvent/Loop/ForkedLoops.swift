internal import CLibUV
internal import Glibc

/// The loops of this process, told in the child of a `fork`.
///
/// What the child does to an inherited loop would change the parent's, because both have the same
/// epoll descriptor: so the child gets new ones at once.
enum ForkedLoops {
  private nonisolated(unsafe) static var lock = pthread_mutex_t()
  private nonisolated(unsafe) static var loops: [ObjectIdentifier: Unmanaged<Loop>] = [:]

  /// Whether this process is told of forks; evaluated once.
  static let isTold: Bool = {
    pthread_mutex_init(&lock, nil)
    return pthread_atfork(
      { pthread_mutex_lock(&ForkedLoops.lock) },
      { pthread_mutex_unlock(&ForkedLoops.lock) },
      {
        pthread_mutex_unlock(&ForkedLoops.lock)
        ChangingProcess.generation += 1
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
