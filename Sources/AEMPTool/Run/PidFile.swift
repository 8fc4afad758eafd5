internal import AEValue
import AnyEvent
import Glibc

/// The file that names a running supervisor's process, and is gone when it has ended.
///
/// That the process runs is shown by a `flock` that it holds as long as it lives, and that programs
/// started by it do not inherit. Its number shows nothing: another process may have it by now.
final class PidFile {
  private let path: String
  /// Kept open: the lock goes with it.
  private let file: CInt

  /// Why there can be no such file; the sentence says what is wrong and what to do.
  struct Problem: Error {
    let sentence: String
  }

  /// Writes the file, or replaces one that no process holds.
  init(_ path: String) throws(Problem) {
    self.path = path
    let draft = "\(path)~\(getpid())"
    file = try Self.write(draft, for: path)
    defer { unlink(draft) }
    // A link, unlike a renaming, does not replace a file that another process has made meanwhile.
    while link(draft, path) != 0 {
      guard errno == EEXIST else { throw Self.failure("write", path, errno) }
      if try Self.replace(path, by: draft) { break }
    }
  }

  /// Removes the file if it is still this one.
  func remove() {
    if Self.isSame(file, path) { unlink(path) }
  }

  deinit { close(file) }

  /// Writes the whole content under another name, so that no other process reads a part of it.
  private static func write(_ draft: String, for path: String) throws(Problem) -> CInt {
    // A process that had the same number before may have left one.
    unlink(draft)
    let file = StandardDescriptors.spare(
      open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644))
    guard file >= 0 else { throw failure("write", path, errno) }
    // The lock comes before another process can find the file.
    var problem: (verb: String, code: CInt)?
    let lockProblem = SystemCalls.lock(file, waits: false)
    if lockProblem != 0 { problem = ("lock", lockProblem) }
    if problem == nil, case let code = SystemCalls.writeAll("\(getpid())\n", to: file), code != 0 {
      problem = ("write", code)
    }
    if let problem {
      close(file)
      unlink(draft)
      throw failure(problem.verb, path, problem.code)
    }
    return file
  }

  /// Replaces a file that no process holds; false when another file has taken its place by now.
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
    let problem = SystemCalls.lock(file, waits: false)
    guard problem == 0 else {
      guard problem == EWOULDBLOCK else { throw failure("lock", path, problem) }
      guard isSame(file, path) else { return false }
      let holder = pid.map { "names process \($0), which" } ?? "is held by a process that"
      throw Problem(
        sentence: "the pid file \(path) \(holder) is running; stop that, or name another file")
    }
    // Several processes may find the file without a holder; one that had the lock before this one has
    // replaced it.
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
    guard let identity = FileIdentity(of: file) else { return false }
    return FileIdentity(at: path, followsLinks: false) == identity
  }

  private static func failure(_ verb: String, _ path: String, _ code: CInt) -> Problem {
    Problem(
      sentence:
        "cannot \(verb) the pid file \(path): \(SystemCalls.text(for: code)); correct that, or name another file"
    )
  }
}
