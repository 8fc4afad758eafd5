internal import CLibUV
internal import Glibc

/// The descriptors that a command gets, opened in this process, and this process's ends of its pipes.
struct CommandEnds {
  private let entries: [Redirections.Entry]
  /// The lowest number that no descriptor of the command has.
  private let beyond: CInt
  /// The numbers of the descriptors in the command, and the numbers that they have in this process, which are larger
  /// than all of the former.
  private(set) var descriptors: [(number: CInt, source: CInt)] = []
  /// This process's ends of the pipes.
  private(set) var pipes: [CommandPipe] = []
  /// Whether a file was to blame for an error.
  private(set) var isFileMissing = false

  init(_ redirections: Redirections) {
    entries = redirections.entries
    let last = entries.map(\.descriptor).max() ?? 0
    beyond = max(last, STDERR_FILENO) &+ 1
  }

  /// Opens all; an error leaves the pipes of all redirections, without a command at their other ends.
  mutating func open(on loop: Loop) throws(SystemError) -> [CommandPipe] {
    var problem: SystemError?
    for entry in entries {
      do throws(SystemError) {
        try open(entry, on: loop)
      } catch {
        problem = problem ?? error
      }
    }
    if let problem { throw problem }
    return pipes
  }

  private mutating func open(_ entry: Redirections.Entry, on loop: Loop) throws(SystemError) {
    switch entry.redirection.kind {
    case .descriptor(let descriptor):
      guard fcntl(descriptor, F_GETFD) >= 0 else {
        isFileMissing = true
        throw SystemError(errno, "cannot hand descriptor \(descriptor) to a command")
      }
      try add(entry.descriptor, descriptor, isOwn: false)
    case .file(let path):
      let file = openFile(path, isInput: entry.isInput)
      guard file >= 0 else {
        let code = errno
        isFileMissing = ![EMFILE, ENFILE].contains(code)
        throw SystemError(code, "cannot open \(path) for a command")
      }
      try add(entry.descriptor, file, isOwn: true)
    case .output(let callback): try addPipe(entry, .take(callback), on: loop)
    case .bytes(let bytes): try addPipe(entry, .give(bytes, nil), on: loop)
    case .supply(let callback): try addPipe(entry, .give([], callback), on: loop)
    }
  }

  private func openFile(_ path: String, isInput: Bool) -> CInt {
    guard !path.utf8.contains(0) else {
      errno = ENOENT
      return -1
    }
    // A named pipe without another end must not hold the loop up.
    let mode = isInput ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC
    let file = Glibc.open(path, mode | O_CLOEXEC | O_NONBLOCK, 0o666)
    if file >= 0 { _ = OpenFileMode.setNonBlocking(file, false) }
    return file
  }

  private mutating func addPipe(
    _ entry: Redirections.Entry, _ use: CommandPipe.Use, on loop: Loop
  ) throws(SystemError) {
    let pair: DescriptorPair
    do throws(SystemError) {
      pair = try DescriptorPair(isSocket: false, isBlocking: true)
    } catch {
      pipes.append(CommandPipe(on: loop, -1, use))
      throw error
    }
    let (ours, theirs) = entry.isInput ? (pair.second, pair.first) : (pair.first, pair.second)
    _ = OpenFileMode.setNonBlocking(ours, true)
    pipes.append(CommandPipe(on: loop, ours, use))
    try add(entry.descriptor, theirs, isOwn: true)
  }

  /// Takes a descriptor under a number beyond all that the command has; an own one is closed.
  private mutating func add(
    _ number: CInt, _ descriptor: CInt, isOwn: Bool
  ) throws(SystemError) {
    let source = fcntl(descriptor, F_DUPFD_CLOEXEC, beyond)
    let code = errno
    if isOwn { _ = Glibc.close(descriptor) }
    guard source >= 0 else {
      throw SystemError(code, "cannot hand descriptor \(number) to a command")
    }
    descriptors.append((number, source))
  }

  /// Closes the command's ends in this process.
  mutating func close() {
    for (_, source) in descriptors { _ = Glibc.close(source) }
    descriptors = []
  }
}
