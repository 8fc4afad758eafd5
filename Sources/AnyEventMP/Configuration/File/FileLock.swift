internal import AnyEvent
internal import Glibc

/// An exclusive lock between processes and threads, for the time that a file is edited.
///
/// It is a `flock` on a file of its own beside the edited one (which is replaced, so that a lock on
/// it would be worth nothing), and that file goes when the lock is released.
enum FileLock {
  /// Calls `body` while this caller alone holds the lock of the file at `path`; waits for it.
  ///
  /// - Throws: ``ConfigurationError`` when there can be no lock, and what `body` throws.
  static func hold<Result>(
    for path: PathName, _ body: () throws(ConfigurationError) -> Result
  ) throws(ConfigurationError) -> Result {
    let lockPath = path.appending("~lock~").cString
    let descriptor = try acquire(lockPath, for: path)
    defer {
      // In this order: who waits finds that the file is gone, and makes a new one.
      unlink(lockPath)
      close(descriptor)
    }
    return try body()
  }

  private static func acquire(
    _ lockPath: [CChar], for path: PathName
  ) throws(ConfigurationError) -> CInt {
    while true {
      let descriptor = StandardDescriptors.spare(
        open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600))
      guard descriptor >= 0 else { throw failure(path, errno) }
      var result: CInt
      repeat { result = flock(descriptor, LOCK_EX) } while result != 0 && errno == EINTR
      if result != 0 {
        let code = errno
        close(descriptor)
        throw failure(path, code)
      }
      if isCurrent(descriptor, lockPath) { return descriptor }
      // Its holder removed the file while we waited: somebody else may hold the new one.
      close(descriptor)
    }
  }

  /// Whether the locked file is still the one that others find.
  private static func isCurrent(_ descriptor: CInt, _ path: [CChar]) -> Bool {
    var locked = stat()
    var present = stat()
    return fstat(descriptor, &locked) == 0 && stat(path, &present) == 0
      && locked.st_ino == present.st_ino && locked.st_dev == present.st_dev
  }

  private static func failure(_ path: PathName, _ code: CInt) -> ConfigurationError {
    ConfigurationError(
      .unwritable,
      """
      cannot lock the configuration file \(path): \(String(cString: strerror(code))); correct \
      that, or name another file in AE_MP_RC
      """, file: path.description)
  }
}
