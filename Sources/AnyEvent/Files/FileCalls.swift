internal import CLibUV
internal import Glibc

/// The system's calls for files, which wait for the disk: for threads of the pool.
///
/// Each is repeated when a signal interrupts it. Paths with a zero byte lead to no file, as in Perl.
enum FileCalls {
  /// The most that is read at once.
  private static let chunk = 1 << 20

  /// Calls `body` until no signal interrupts it; throws when it returns −1.
  @discardableResult
  static func call<Number: SignedInteger>(
    _ attempt: @autoclosure () -> String, _ body: () -> Number
  ) throws(SystemError) -> Number {
    while true {
      let result = body()
      if result != -1 { return result }
      let code = errno
      if code != EINTR { throw SystemError(code, attempt()) }
    }
  }

  /// Refuses paths of which C would take only the beginning.
  static func check(_ paths: String..., attempt: @autoclosure () -> String) throws(SystemError) {
    for path in paths where path.utf8.contains(0) { throw SystemError(ENOENT, attempt()) }
  }

  static func open(_ path: String, _ flags: CInt, _ mode: Int) throws(SystemError) -> CInt {
    let attempt = "cannot open \(path)"
    try check(path, attempt: attempt)
    return try call(attempt) {
      StandardDescriptors.spare(
        Glibc.open(path, flags | O_CLOEXEC, mode_t(truncatingIfNeeded: mode)))
    }
  }

  /// Reads so many bytes, fewer at the end or when no more are there now.
  static func read(_ fd: CInt, _ length: Int) throws(SystemError) -> [UInt8] {
    guard length >= 0 else { throw SystemError(EINVAL, "cannot read \(length) bytes") }
    var bytes: [UInt8] = []
    var status = stat()
    // A further call might wait where that is a pipe or a socket.
    let isFile = fstat(fd, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    // Memory is taken only for bytes that are there, whatever length was asked for.
    while bytes.count < length {
      let part = min(length - bytes.count, chunk)
      let got = try readSome(fd, part, hasSome: !bytes.isEmpty)
      if bytes.isEmpty { bytes = got } else { bytes += got }
      if got.count < part || !isFile { break }
    }
    return bytes
  }

  static func load(_ path: String) throws(SystemError) -> [UInt8] {
    let fd = try open(path, O_RDONLY, 0)
    defer { Glibc.close(fd) }
    var bytes: [UInt8] = []
    var status = stat()
    let size = fstat(fd, &status) == 0 ? max(0, Int(status.st_size)) : 0
    // One byte more than there are, so that a small file and its end take small arrays.
    let some = max(4096, min(size, chunk - 1) + 1)
    while true {
      let part: [UInt8]
      do throws(SystemError) {
        part = try readSome(fd, some, hasSome: false)
      } catch {
        throw SystemError(error.code, "cannot read \(path)")
      }
      if part.isEmpty { return bytes }
      if bytes.isEmpty { bytes = part } else { bytes += part }
    }
  }

  private static func readSome(
    _ fd: CInt, _ count: Int, hasSome: Bool
  ) throws(SystemError) -> [UInt8] {
    var problem: SystemError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(SystemError) {
        filled = try call("cannot read from descriptor \(fd)") {
          Glibc.read(fd, buffer.baseAddress, count)
        }
      } catch {
        problem = error
      }
    }
    // Bytes that were read before the error are not thrown away; the next call meets the error again.
    if let problem, !hasSome { throw problem }
    return bytes
  }

  static func write(_ fd: CInt, _ bytes: [UInt8]) throws(SystemError) -> Int {
    try call("cannot write to descriptor \(fd)") {
      withoutBrokenPipeSignal { Glibc.write(fd, bytes, bytes.count) }
    }
  }

  static func status(of place: FilePlace, followsLinks: Bool) throws(SystemError) -> FileStatus {
    var status = stat()
    try on(place, "look at") {
      followsLinks ? stat($0, &status) : lstat($0, &status)
    } descriptor: {
      fstat($0, &status)
    }
    return FileStatus(status)
  }

  /// Calls the one for paths or the one for descriptors.
  static func on(
    _ place: FilePlace, _ deed: String, path: (String) -> CInt, descriptor: (CInt) -> CInt
  ) throws(SystemError) {
    let attempt = "cannot \(deed) \(place)"
    switch place {
    case .path(let name):
      try check(name, attempt: attempt)
      try call(attempt) { path(name) }
    case .descriptor(let number): try call(attempt) { descriptor(number) }
    }
  }

  static func setTimes(
    _ place: FilePlace, _ atime: Double?, _ mtime: Double?
  ) throws(SystemError) {
    let times = try [time(atime, place), time(mtime, place)]
    try on(place, "set the times of") {
      utimensat(AT_FDCWD, $0, times, 0)
    } descriptor: {
      futimens($0, times)
    }
  }

  private static func time(_ seconds: Double?, _ place: FilePlace) throws(SystemError) -> timespec {
    // UTIME_NOW, which Swift does not import.
    guard let seconds else { return timespec(tv_sec: 0, tv_nsec: (1 << 30) - 1) }
    let whole = seconds.rounded(.down)
    guard let number = Int(exactly: whole) else {
      throw SystemError(EINVAL, "cannot set the times of \(place)")
    }
    return timespec(tv_sec: number, tv_nsec: min(999_999_999, Int((seconds - whole) * 1e9)))
  }

  static func setOwner(_ place: FilePlace, _ uid: Int?, _ gid: Int?) throws(SystemError) {
    let (user, group) = try (id(uid, place), id(gid, place))
    try on(place, "change the owner of") {
      chown($0, user, group)
    } descriptor: {
      fchown($0, user, group)
    }
  }

  /// The number of a user or group; the largest one leaves it as it is.
  private static func id(_ number: Int?, _ place: FilePlace) throws(SystemError) -> UInt32 {
    guard let number else { return .max }
    guard let id = UInt32(exactly: number), id != .max else {
      throw SystemError(EINVAL, "cannot change the owner of \(place)")
    }
    return id
  }

  static func readLink(_ path: String) throws(SystemError) -> String {
    let attempt = "cannot read the link \(path)"
    try check(path, attempt: attempt)
    var size = 256
    while true {
      var count = 0
      var problem: SystemError?
      let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
        let start = UnsafeMutableRawPointer(buffer.baseAddress)?.assumingMemoryBound(to: CChar.self)
        do throws(SystemError) {
          count = try call(attempt) { start.map { Glibc.readlink(path, $0, size) } ?? 0 }
          filled = count
        } catch {
          problem = error
        }
      }
      if let problem { throw problem }
      if count < size { return String(decoding: bytes, as: UTF8.self) }
      size *= 2
    }
  }

  static func names(in path: String) throws(SystemError) -> [String] {
    let attempt = "cannot read the directory \(path)"
    try check(path, attempt: attempt)
    guard let directory = opendir(path) else { throw SystemError(errno, attempt) }
    defer { closedir(directory) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(directory) else {
        if errno != 0 { throw SystemError(errno, attempt) }
        return names
      }
      let start = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
      let name = (UnsafeRawPointer(entry) + start).assumingMemoryBound(to: CChar.self)
      let text = String(cString: name)
      if text != ".", text != ".." { names.append(text) }
    }
  }
}
