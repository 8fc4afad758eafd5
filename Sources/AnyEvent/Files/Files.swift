internal import Glibc

/// Work on files that does not hold the loop up: each call is done by a thread of libuv's pool.
///
/// The completions are called on the loop, once each, never before the function returns, and not at all when
/// the loop is closed. Their errors have the system's code and a sentence. Give absolute paths, or let
/// nothing change the directory of the process meanwhile. Corresponds to Perl's AnyEvent::IO.
public struct Files {
  /// Gets the outcome of a call.
  public typealias Completion<Value> = (Result<Value, SystemError>) -> Void

  private let loop: Loop

  init(_ loop: Loop) { self.loop = loop }

  private func work<Value: Sendable>(
    _ completion: @escaping Completion<Value>,
    _ call: @escaping @Sendable () throws(SystemError) -> Value
  ) {
    loop.startBlocking(isLimited: false, call, completion)
  }

  /// Reads a whole file.
  public func load(_ path: String, _ completion: @escaping Completion<[UInt8]>) {
    work(completion) { () throws(SystemError) in try FileCalls.load(path) }
  }

  /// Opens a file with flags such as `O_RDONLY`, and permissions for a new one; the descriptor is closed in
  /// programs that are started.
  public func open(
    _ path: String, _ flags: CInt, _ mode: Int = 0o666, _ completion: @escaping Completion<CInt>
  ) {
    work(completion) { () throws(SystemError) in try FileCalls.open(path, flags, mode) }
  }

  /// Closes a descriptor; whatever the outcome, it is not open any more.
  public func close(_ fd: CInt, _ completion: @escaping Completion<Void>) {
    work(completion) { () throws(SystemError) in
      // It must not be repeated: the number may be another's already.
      guard Glibc.close(fd) != 0, errno != EINTR else { return }
      throw SystemError(errno, "cannot close descriptor \(fd)")
    }
  }

  /// Reads at most so many bytes from the present position: fewer, or none, at the end.
  public func read(_ fd: CInt, _ length: Int, _ completion: @escaping Completion<[UInt8]>) {
    work(completion) { () throws(SystemError) in try FileCalls.read(fd, length) }
  }

  /// Moves the position: from the start (0, `SEEK_SET`), from where it is (1) or from the end (2); gives the
  /// new one.
  public func seek(
    _ fd: CInt, _ offset: Int, _ whence: CInt, _ completion: @escaping Completion<Int>
  ) {
    work(completion) { () throws(SystemError) in
      try FileCalls.call("cannot seek in descriptor \(fd)") { lseek(fd, offset, whence) }
    }
  }

  /// Writes bytes at the present position; gives how many were written, which may be fewer.
  public func write(_ fd: CInt, _ bytes: [UInt8], _ completion: @escaping Completion<Int>) {
    work(completion) { () throws(SystemError) in try FileCalls.write(fd, bytes) }
  }

  /// Makes a file so many bytes long.
  public func truncate(
    _ file: any FileOrPath, to length: Int, _ completion: @escaping Completion<Void>
  ) {
    let place = file.filePlace
    work(completion) { () throws(SystemError) in
      try FileCalls.on(place, "truncate") {
        Glibc.truncate($0, length)
      } descriptor: {
        ftruncate($0, length)
      }
    }
  }

  /// Sets the times of reading and of changing, in seconds since 1970; nil is now.
  public func setTimes(
    _ file: any FileOrPath, _ atime: Double?, _ mtime: Double?,
    _ completion: @escaping Completion<Void>
  ) {
    let place = file.filePlace
    work(completion) { () throws(SystemError) in try FileCalls.setTimes(place, atime, mtime) }
  }

  /// Sets the numbers of owner and group; nil leaves one as it is.
  public func setOwner(
    _ file: any FileOrPath, _ uid: Int?, _ gid: Int?, _ completion: @escaping Completion<Void>
  ) {
    let place = file.filePlace
    work(completion) { () throws(SystemError) in try FileCalls.setOwner(place, uid, gid) }
  }

  /// Sets the permissions.
  public func setPermissions(
    _ file: any FileOrPath, _ permissions: Int, _ completion: @escaping Completion<Void>
  ) {
    let place = file.filePlace
    let mode = mode_t(truncatingIfNeeded: permissions)
    work(completion) { () throws(SystemError) in
      try FileCalls.on(place, "change the permissions of") {
        chmod($0, mode)
      } descriptor: {
        fchmod($0, mode)
      }
    }
  }

  /// The status of a file; of a symbolic link itself unless `followsLinks`.
  public func status(
    of file: any FileOrPath, followsLinks: Bool = true,
    _ completion: @escaping Completion<FileStatus>
  ) {
    let place = file.filePlace
    work(completion) { () throws(SystemError) in
      try FileCalls.status(of: place, followsLinks: followsLinks)
    }
  }

  /// Gives a file a second name.
  public func link(_ old: String, _ new: String, _ completion: @escaping Completion<Void>) {
    change(completion, "cannot link \(old) to \(new)", old, new) { Glibc.link(old, new) }
  }

  /// Makes a symbolic link that holds a text, which normally is a path.
  public func symlink(_ target: String, _ path: String, _ completion: @escaping Completion<Void>) {
    change(completion, "cannot make the link \(path)", target, path) { Glibc.symlink(target, path) }
  }

  /// The text in a symbolic link.
  public func readLink(_ path: String, _ completion: @escaping Completion<String>) {
    work(completion) { () throws(SystemError) in try FileCalls.readLink(path) }
  }

  /// Gives a file another name, in the place of a file that has that name.
  public func rename(_ old: String, _ new: String, _ completion: @escaping Completion<Void>) {
    change(completion, "cannot rename \(old) to \(new)", old, new) { Glibc.rename(old, new) }
  }

  /// Removes a file.
  public func unlink(_ path: String, _ completion: @escaping Completion<Void>) {
    change(completion, "cannot remove \(path)", path) { Glibc.unlink(path) }
  }

  /// Makes a directory.
  public func makeDirectory(
    _ path: String, _ permissions: Int = 0o777, _ completion: @escaping Completion<Void>
  ) {
    let mode = mode_t(truncatingIfNeeded: permissions)
    change(completion, "cannot make the directory \(path)", path) { mkdir(path, mode) }
  }

  /// Removes an empty directory.
  public func removeDirectory(_ path: String, _ completion: @escaping Completion<Void>) {
    change(completion, "cannot remove the directory \(path)", path) { rmdir(path) }
  }

  /// The names in a directory, without `.` and `..`, in any order.
  ///
  /// Bytes of a name that are not UTF-8 are replaced by U+FFFD.
  public func names(in path: String, _ completion: @escaping Completion<[String]>) {
    work(completion) { () throws(SystemError) in try FileCalls.names(in: path) }
  }

  private func change(
    _ completion: @escaping Completion<Void>, _ attempt: String, _ path: String,
    _ other: String = "", _ call: @escaping @Sendable () -> CInt
  ) {
    work(completion) { () throws(SystemError) in
      try FileCalls.check(path, other, attempt: attempt)
      try FileCalls.call(attempt, call)
    }
  }
}

extension Loop {
  /// Work on files that does not hold this loop up.
  public var files: Files { Files(self) }
}
