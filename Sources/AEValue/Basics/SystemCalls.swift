internal import Glibc

/// System calls that are repeated until everything is done, the system's words for errors, and its clock.
///
/// A descriptor may be non-blocking because another process that shares it has made it so: these calls
/// wait for it. Any thread.
package enum SystemCalls {
  /// The wall clock, in seconds since 1970.
  package static var wallClock: Double {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
  }

  /// The memory of this process that is in use (resident), in bytes; nil where the system does not tell.
  package static var residentMemory: Int? {
    let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    return withUnsafeTemporaryAllocation(byteCount: 128, alignment: 1) { buffer in
      let count = readSome(file, into: buffer)
      guard count > 0 else { return nil }
      let words = buffer[..<count].split(separator: UInt8(ascii: " "))
      guard words.count > 1, let pages = Int(String(decoding: words[1], as: UTF8.self)) else {
        return nil
      }
      return pages * sysconf(CInt(_SC_PAGESIZE))
    }
  }

  /// The system's words for an `errno`.
  package static func text(for code: CInt) -> String {
    // The GNU variant is not imported into Swift; this one is thread-safe too.
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let start = buffer.baseAddress, strerror_r(code, start, buffer.count) == 0 else {
        return "error \(code)"
      }
      return String(cString: start)
    }
  }

  /// Calls `body` until no signal interrupts it.
  ///
  /// - Returns: what it returns; −1 with `errno` for an error.
  package static func uninterrupted<Number: SignedInteger>(_ body: () -> Number) -> Number {
    while true {
      let result = body()
      if result != -1 || errno != EINTR { return result }
    }
  }

  /// Writes all bytes, with one `write(2)` if the system takes them at once; allocates nothing.
  ///
  /// - Parameters:
  ///   - bytes: the bytes.
  ///   - descriptor: where to write.
  ///   - patience: how long (ms) to wait each time for a reader that takes nothing; −1: for ever.
  /// - Returns: 0, or the `errno` of the call that failed; `EAGAIN` when a wait was too long.
  package static func writeAll(
    _ bytes: UnsafeRawBufferPointer, to descriptor: CInt, patience: CInt = -1
  ) -> CInt {
    var rest = bytes
    while !rest.isEmpty {
      let count = write(descriptor, rest.baseAddress, rest.count)
      if count > 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      } else if count == 0 {
        return EIO
      } else if errno == EAGAIN {
        if !wait(for: POLLOUT, of: descriptor, patience: patience) { return EAGAIN }
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }

  /// Writes all of a text, as ``writeAll(_:to:patience:)`` does with bytes.
  package static func writeAll(
    _ text: String, to descriptor: CInt, patience: CInt = -1
  ) -> CInt {
    var text = text
    return text.withUTF8 {
      writeAll(UnsafeRawBufferPointer($0), to: descriptor, patience: patience)
    }
  }

  /// Reads available bytes, and waits if there are none.
  ///
  /// - Parameters:
  ///   - descriptor: where to read.
  ///   - buffer: where the bytes go.
  ///   - patience: how long (ms) to wait for bytes; −1: for ever.
  /// - Returns: the number of bytes; 0 at the end; −1 with `errno` for an error, which is `EAGAIN` when the wait was
  ///   too long.
  package static func readSome(
    _ descriptor: CInt, into buffer: UnsafeMutableRawBufferPointer, patience: CInt = -1
  ) -> Int {
    while true {
      let count = uninterrupted { read(descriptor, buffer.baseAddress, buffer.count) }
      if count >= 0 || errno != EAGAIN { return count }
      if !wait(for: POLLIN, of: descriptor, patience: patience) {
        errno = EAGAIN
        return -1
      }
    }
  }

  /// Reads up to the end, or until the buffer is full.
  ///
  /// - Returns: the number of bytes, and 0 or the `errno` of the call that failed.
  package static func readAll(
    _ descriptor: CInt, into buffer: UnsafeMutableRawBufferPointer
  ) -> (count: Int, problem: CInt) {
    var total = 0
    while total < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[total...])
      let count = readSome(descriptor, into: rest)
      if count == 0 { break }
      if count < 0 { return (total, errno) }
      total += count
    }
    return (total, 0)
  }

  /// Reads up to the end, however much that is, until there is more than `limit`.
  ///
  /// - Parameters:
  ///   - descriptor: where to read.
  ///   - limit: the number of bytes beyond which nothing more is read.
  ///   - patience: how long (ms) to wait each time for bytes; −1: for ever.
  /// - Returns: the bytes, of which more than `limit` say that there are too many, and 0 or the `errno` of the call
  ///   that failed.
  package static func readAll(
    _ descriptor: CInt, limit: Int, patience: CInt = -1
  ) -> (bytes: [UInt8], problem: CInt) {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= limit {
      let count = chunk.withUnsafeMutableBytes {
        readSome(descriptor, into: $0, patience: patience)
      }
      if count == 0 { break }
      if count < 0 { return (bytes, errno) }
      bytes += chunk[..<count]
    }
    return (bytes, 0)
  }

  /// Waits until something can be read, which may be the end; false when the patience (ms) was over.
  package static func waitToRead(_ descriptor: CInt, patience: CInt) -> Bool {
    wait(for: POLLIN, of: descriptor, patience: patience)
  }

  /// Waits for a descriptor; false when the patience (ms) was over, or it cannot be waited for.
  private static func wait(for events: CInt, of descriptor: CInt, patience: CInt) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    let end = ContinuousClock.now + .milliseconds(patience)
    var rest = patience
    while true {
      let result = poll(&request, 1, rest)
      if result >= 0 || errno != EINTR { return result > 0 }
      if patience > 0 { rest = CInt(max(0, (end - .now) / .milliseconds(1)).rounded(.up)) }
    }
  }

  /// Takes the lock of an open file that only one process has, as long as it has the file open (`flock`).
  ///
  /// - Returns: 0, or the `errno`: `EWOULDBLOCK` when another has the lock and this one does not wait for it.
  package static func lock(_ descriptor: CInt, waits: Bool) -> CInt {
    uninterrupted { flock(descriptor, LOCK_EX | (waits ? 0 : LOCK_NB)) } == 0 ? 0 : errno
  }
}

/// Which file a descriptor or a path leads to: equal ones lead to the same file.
package struct FileIdentity: Equatable, Sendable {
  private let device: dev_t
  private let inode: ino_t

  /// The file that is open as this descriptor; nil when that cannot be known.
  package init?(of descriptor: CInt) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    (device, inode) = (status.st_dev, status.st_ino)
  }

  /// The file at a path, or, if that is a symbolic link, the file that it leads to or the link itself;
  /// nil when there is none.
  package init?(at path: UnsafePointer<CChar>, followsLinks: Bool) {
    var status = stat()
    guard (followsLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
    (device, inode) = (status.st_dev, status.st_ino)
  }
}
