internal import AnyEvent
internal import Glibc

extension ConfigurationFile {
  /// Reads the file, lets `change` edit what it holds, and saves that if it is different.
  ///
  /// The whole is done under a lock, so that edits at the same time lose nothing. Keys that nobody
  /// knows stay; comments don't. The new file has mode 0600 and replaces the old one in one step;
  /// the old one is kept as `<file>~`. A symbolic link stays one, and what it leads to is edited, or
  /// made. A file that is mounted by itself, which none can replace, is written to as it is.
  ///
  /// - Throws: ``ConfigurationError`` when the file can't be parsed or written, and what `change`
  ///   throws; the file is then as it was.
  package func update<Result>(
    _ change: (inout TextDictionary<Value>) throws(ConfigurationError) -> Result
  ) throws(ConfigurationError) -> Result {
    guard !place.isEmpty else {
      throw ConfigurationError(
        .unwritable,
        "there is no place for the configuration file; set HOME, or name it in AE_MP_RC")
    }
    let target = ConfigurationFile(place.resolved)
    if target.isSpecial { throw noFile }
    return try FileLock.hold(for: target.place) { () throws(ConfigurationError) in
      let old = try target.bytes()
      let before = try target.parse(old)
      var after = before
      let result = try change(&after)
      if after != before || old == nil { try target.save(after, insteadOf: old) }
      return result
    }
  }

  /// Whether it is a device or the like, which must not be replaced by a file: /dev/null stands for no
  /// configuration.
  private var isSpecial: Bool {
    var status = stat()
    guard stat(place.cString, &status) == 0 else { return false }
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

  /// Keeps the file as `<file>~` by giving it a second name, which costs no writing; false when that
  /// cannot be done, or others may read the file.
  private func linkBackup() -> Bool {
    var status = stat()
    guard stat(place.cString, &status) == 0, status.st_mode & 0o077 == 0 else { return false }
    unlink(temporary)
    guard link(place.cString, temporary) == 0 else { return false }
    let isKept = rename(temporary, place.appending("~").cString) == 0
    // It stays when the backup was that very file already.
    unlink(temporary)
    return isKept
  }

  private var temporary: [CChar] { place.appending("~new~").cString }

  /// Writes `<file><suffix>` through `<file>~new~`, so that it is always whole.
  private func replace(_ suffix: String, with bytes: [UInt8]) throws(ConfigurationError) {
    // Left over from a process that died while it held the lock.
    unlink(temporary)
    let descriptor = StandardDescriptors.spare(
      open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600))
    guard descriptor >= 0 else { throw unwritable(errno) }
    var problem = fchmod(descriptor, 0o600) == 0 ? 0 : errno
    if problem == 0 { problem = keepOwner(descriptor) }
    if problem == 0 { problem = Self.write(bytes, to: descriptor) }
    if problem == 0, fsync(descriptor) != 0 { problem = errno }
    if close(descriptor) != 0, problem == 0 { problem = errno }
    if problem == 0, rename(temporary, place.appending(suffix).cString) != 0 { problem = errno }
    if problem != 0 { unlink(temporary) }
    // Another file cannot take the place of one that is mounted there by itself.
    if problem == EBUSY, suffix.isEmpty { problem = overwrite(with: bytes) }
    if problem != 0 { throw unwritable(problem) }
  }

  /// Writes into the file that is there, when the old content is kept beside it already.
  private func overwrite(with bytes: [UInt8]) -> CInt {
    let descriptor = StandardDescriptors.spare(open(place.cString, O_WRONLY | O_CLOEXEC))
    guard descriptor >= 0 else { return errno }
    // It may be somebody else's, who lets us write.
    _ = fchmod(descriptor, 0o600)
    var problem = Self.write(bytes, to: descriptor)
    if problem == 0, ftruncate(descriptor, off_t(bytes.count)) != 0 { problem = errno }
    if problem == 0, fsync(descriptor) != 0 { problem = errno }
    if close(descriptor) != 0, problem == 0 { problem = errno }
    return problem
  }

  /// Gives the new file to the owner of the old one, when root edits the file of somebody else.
  private func keepOwner(_ descriptor: CInt) -> CInt {
    var status = stat()
    guard geteuid() == 0, stat(place.cString, &status) == 0, status.st_uid != 0 else { return 0 }
    return fchown(descriptor, status.st_uid, status.st_gid) == 0 ? 0 : errno
  }

  private static func write(_ bytes: [UInt8], to descriptor: CInt) -> CInt {
    bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Glibc.write(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count >= 0 {
          rest = rest.dropFirst(count)
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
  }

  /// Makes a rename durable; a file system that can't is as good as it can be.
  private func syncDirectory() {
    let descriptor = StandardDescriptors.spare(
      open(place.directory.cString, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private func unwritable(_ code: CInt) -> ConfigurationError {
    ConfigurationError(
      .unwritable,
      """
      cannot write the configuration file \(path): \(String(cString: strerror(code))); correct \
      that, or name another file in AE_MP_RC
      """, file: path)
  }
}

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
