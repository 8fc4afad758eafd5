internal import AEValue
internal import AnyEvent
internal import Glibc

extension ConfigurationFile {
  /// Reads the file, lets `change` edit its contents, and saves them if they are different.
  ///
  /// A lock is held throughout, so that simultaneous edits lose nothing. Unknown keys stay;
  /// comments don't. The new file has mode 0600 and replaces the old one in one step; the old one
  /// is kept as `<file>~`. A symbolic link stays a link, and its target is edited or made. A file
  /// that is mounted by itself cannot be replaced, so it is overwritten.
  ///
  /// - Throws: ``ConfigurationError`` when the file can't be parsed or written, and what `change`
  ///   throws; the file is then as it was.
  package func update<Result>(
    _ change: (inout TextDictionary<Value>) throws(ConfigurationError) -> Result
  ) throws(ConfigurationError) -> Result {
    guard !pathName.isEmpty else {
      throw ConfigurationError(
        .unwritable,
        "there is no place for the configuration file; set HOME, or name it in AE_MP_RC")
    }
    let target = ConfigurationFile(pathName.resolved)
    if target.isSpecial { throw noFile }
    return try FileLock.hold(for: target.pathName) { () throws(ConfigurationError) in
      let old = try target.bytes()
      let before = try target.parse(old)
      var after = before
      let result = try change(&after)
      if after != before || old == nil { try target.save(after, insteadOf: old) }
      return result
    }
  }

  /// Whether the path leads to a device, which must not be replaced by a file: a user names
  /// /dev/null to have no configuration.
  private var isSpecial: Bool {
    var status = stat()
    guard stat(pathName.cString, &status) == 0 else { return false }
    return ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
  }

  private func save(
    _ contents: TextDictionary<Value>, insteadOf old: [UInt8]?
  ) throws(ConfigurationError) {
    var contents = contents
    if contents["version"] == nil { contents["version"] = 1 }
    let text: [UInt8]
    do throws(CodecError) {
      text = Array(try JSON.encode(.hash(contents), style: .pretty).utf8)
    } catch {
      throw ConfigurationError(
        .unwritable, "the configuration cannot be written as JSON: \(error)", file: path)
    }
    if let old, !linkBackup() { try replace("~", with: old) }
    try replace("", with: text)
    syncDirectory()
  }

  /// Keeps the file as `<file>~` by a second link to it, which writes no data.
  ///
  /// Returns false when that is not possible, and when other users may read the file, because the
  /// backup must be private.
  private func linkBackup() -> Bool {
    var status = stat()
    guard stat(pathName.cString, &status) == 0, status.st_mode & 0o077 == 0 else { return false }
    unlink(temporary)
    guard link(pathName.cString, temporary) == 0 else { return false }
    let isKept = rename(temporary, pathName.appending("~").cString) == 0
    // The rename leaves the name in place when the backup was a link to the same file already.
    unlink(temporary)
    return isKept
  }

  private var temporary: [CChar] { pathName.appending("~new~").cString }

  /// Writes `<file><suffix>` through `<file>~new~`, so that it is always whole.
  private func replace(_ suffix: String, with bytes: [UInt8]) throws(ConfigurationError) {
    // A process that died while it held the lock may have left this file.
    unlink(temporary)
    let descriptor = StandardDescriptors.spare(
      open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600))
    guard descriptor >= 0 else { throw unwritable(errno) }
    var problem = fchmod(descriptor, 0o600) == 0 ? 0 : errno
    if problem == 0 { problem = keepOwner(descriptor) }
    if problem == 0 {
      problem = bytes.withUnsafeBytes({ SystemCalls.writeAll($0, to: descriptor) })
    }
    if problem == 0, fsync(descriptor) != 0 { problem = errno }
    if close(descriptor) != 0, problem == 0 { problem = errno }
    if problem == 0, rename(temporary, pathName.appending(suffix).cString) != 0 { problem = errno }
    if problem != 0 { unlink(temporary) }
    // Another file cannot take the place of one that is mounted there by itself.
    if problem == EBUSY, suffix.isEmpty { problem = overwrite(with: bytes) }
    if problem != 0 { throw unwritable(problem) }
  }

  /// Writes into the existing file; its old content is in the backup already.
  private func overwrite(with bytes: [UInt8]) -> CInt {
    let descriptor = StandardDescriptors.spare(open(pathName.cString, O_WRONLY | O_CLOEXEC))
    guard descriptor >= 0 else { return errno }
    // This fails for a file of another user who lets this one write; its mode is then that user's
    // choice.
    _ = fchmod(descriptor, 0o600)
    var problem = bytes.withUnsafeBytes({ SystemCalls.writeAll($0, to: descriptor) })
    if problem == 0, ftruncate(descriptor, off_t(bytes.count)) != 0 { problem = errno }
    if problem == 0, fsync(descriptor) != 0 { problem = errno }
    if close(descriptor) != 0, problem == 0 { problem = errno }
    return problem
  }

  /// Gives the new file to the owner of the old one when root edits the file of another user.
  private func keepOwner(_ descriptor: CInt) -> CInt {
    var status = stat()
    guard geteuid() == 0, stat(pathName.cString, &status) == 0, status.st_uid != 0 else { return 0 }
    return fchown(descriptor, status.st_uid, status.st_gid) == 0 ? 0 : errno
  }

  /// Makes a rename durable, on the file systems that support it.
  private func syncDirectory() {
    let descriptor = StandardDescriptors.spare(
      open(pathName.directory.cString, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private func unwritable(_ code: CInt) -> ConfigurationError {
    ConfigurationError(.unwritable, cannot: "write", pathName, code)
  }
}

/// An exclusive lock between processes and threads, for the time that a file is edited.
///
/// It is a `flock` on a lock file beside the edited one. A lock on the edited file itself would
/// have no effect, because saving replaces that file. The lock file is removed when the lock is
/// released.
enum FileLock {
  /// Waits for the lock of the file at `path`, and calls `body` while holding it.
  ///
  /// - Throws: ``ConfigurationError`` when there can be no lock, and what `body` throws.
  static func hold<Result>(
    for path: PathName, _ body: () throws(ConfigurationError) -> Result
  ) throws(ConfigurationError) -> Result {
    let lockPath = path.appending("~lock~").cString
    let descriptor = try acquire(lockPath, for: path)
    defer {
      // The file is removed before the lock is released, so that a waiting process sees that it has
      // to make a new one.
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
      let problem = SystemCalls.lock(descriptor, waits: true)
      if problem != 0 {
        close(descriptor)
        throw failure(path, problem)
      }
      if isCurrent(descriptor, lockPath) { return descriptor }
      // The holder removed the file during the wait, so another process may hold the lock of a new
      // one.
      close(descriptor)
    }
  }

  /// Whether the locked file is still the one that other processes open.
  private static func isCurrent(_ descriptor: CInt, _ path: [CChar]) -> Bool {
    guard let locked = FileIdentity(of: descriptor) else { return false }
    return locked == FileIdentity(at: path, followsLinks: true)
  }

  private static func failure(_ path: PathName, _ code: CInt) -> ConfigurationError {
    ConfigurationError(.unwritable, cannot: "lock", path, code)
  }
}
