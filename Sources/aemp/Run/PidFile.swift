import AnyEvent
import Glibc

/// The file that names a running supervisor's process, and is gone when it has ended.
///
/// Whether that process runs is not what the number says, which somebody else may have by now, but a
/// `flock` that it holds as long as it lives, and that programs which it starts do not inherit.
final class PidFile {
  private let path: String
  /// Kept open: the lock goes with it.
  private let file: CInt

  /// What is wrong, and what to do.
  struct Problem: Error {
    let sentence: String
  }

  /// Writes the file; one that nobody holds is replaced.
  init(_ path: String) throws(Problem) {
    self.path = path
    let draft = "\(path)~\(getpid())"
    file = try Self.write(draft, for: path)
    defer { unlink(draft) }
    // A link, unlike a renaming, does not take the place of what somebody else makes meanwhile.
    while link(draft, path) != 0 {
      guard errno == EEXIST else { throw Self.failure("write", path, errno) }
      if try Self.replace(path, by: draft) { break }
    }
  }

  /// Removes the file, unless it is not ours any more.
  func remove() {
    if Self.isSame(file, path) { unlink(path) }
  }

  deinit { close(file) }

  /// The whole content under another name, so that nobody reads a part of it.
  private static func write(_ draft: String, for path: String) throws(Problem) -> CInt {
    // One of a process that had our number before.
    unlink(draft)
    let file = StandardDescriptors.spare(
      open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644))
    guard file >= 0 else { throw failure("write", path, errno) }
    // Before anybody can find it.
    var problem: (verb: String, code: CInt)?
    if lock(file) != 0 { problem = ("lock", errno) }
    if problem == nil, case let code = Output.write("\(getpid())\n", to: file), code != 0 {
      problem = ("write", code)
    }
    if let problem {
      close(file)
      unlink(draft)
      throw failure(problem.verb, path, problem.code)
    }
    return file
  }

  /// Takes the place of a file that nobody holds; false when it is another one by now.
  private static func replace(_ path: String, by draft: String) throws(Problem) -> Bool {
    let file = StandardDescriptors.spare(
      open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC))
    guard file >= 0 else {
      if errno == ENOENT { return false }
      throw failure("read", path, errno)
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Problem(sentence: "the pid file \(path) is no regular file; name another one")
    }
    let pid = try processID(in: file, path)
    guard lock(file) == 0 else {
      guard errno == EWOULDBLOCK else { throw failure("lock", path, errno) }
      guard isSame(file, path) else { return false }
      let holder = pid.map { "names process \($0), which" } ?? "is held by a process that"
      throw Problem(
        sentence: "the pid file \(path) \(holder) is running; stop that, or name another file")
    }
    // Of several that find the file like this one has the lock first, and has replaced it by now.
    guard isSame(file, path) else { return false }
    guard rename(draft, path) == 0 else { throw failure("write", path, errno) }
    return true
  }

  /// The number in the file; nil when it is empty.
  private static func processID(in file: CInt, _ path: String) throws(Problem) -> pid_t? {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(file, &bytes, bytes.count)
    guard count >= 0 else { throw failure("read", path, errno) }
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    let words = text.split(whereSeparator: \.isWhitespace)
    if words.isEmpty { return nil }
    guard words.count == 1, let pid = pid_t(words[0]), pid > 0 else {
      throw Problem(
        sentence: "the file \(path) holds something else than a process id; name another pid file")
    }
    return pid
  }

  private static func isSame(_ file: CInt, _ path: String) -> Bool {
    var open = stat()
    var present = stat()
    return fstat(file, &open) == 0 && lstat(path, &present) == 0
      && open.st_ino == present.st_ino && open.st_dev == present.st_dev
  }

  /// Takes the lock if nobody has it.
  private static func lock(_ file: CInt) -> CInt {
    var result: CInt
    repeat { result = flock(file, LOCK_EX | LOCK_NB) } while result != 0 && errno == EINTR
    return result
  }

  private static func failure(_ verb: String, _ path: String, _ code: CInt) -> Problem {
    Problem(
      sentence:
        "cannot \(verb) the pid file \(path): \(String(cString: strerror(code))); correct that, or name another file"
    )
  }
}
