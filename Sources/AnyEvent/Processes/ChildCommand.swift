internal import AEValue
internal import CLibUV
internal import Glibc

/// A program to start, with its arguments, descriptors and environment.
///
/// Corresponds to the arguments of Perl's `run_cmd`.
public struct ChildCommand {
  /// The program, which is looked for in the directories of `PATH`, and its arguments.
  public let words: [String]
  /// Where its descriptors lead; all others are those of this process that are not closed in programs that
  /// are started.
  public var redirections: Redirections = [:]
  /// Whether all descriptors but 0, 1, 2 and the redirected ones are closed.
  public var closesAll = false
  /// The directory that it begins in; nil for this process's.
  public var directory: String?
  /// Its environment; nil for this process's.
  public var environment: [String: String]?
  /// Texts such as `"NAME=value"` that its environment has, too.
  var variables: [String] = []
  /// Whether it leads a process group of its own, so that `kill(-pid, …)` reaches the processes that it has started,
  /// and the signals of a terminal do not reach it.
  public var leadsGroup = false

  /// A program and its arguments; without a program it stops with a sentence.
  public init(_ words: [String], file: StaticString = #fileID, line: UInt = #line) {
    require(
      !words.isEmpty, "a command has no words: name at least the program", file: file, line: line)
    self.words = words
  }

  /// A line for the shell, `/bin/sh`.
  public init(shell line: String) { words = ["/bin/sh", "-c", line] }

  /// Starts the program.
  ///
  /// - Parameter descriptors: the numbers of its descriptors, and the numbers that they have in this process, which
  ///   are larger than all of the former.
  /// - Returns: its process id.
  /// - Throws: why it cannot be started.
  func spawn(_ descriptors: [(number: CInt, source: CInt)]) throws(SystemError) -> pid_t {
    let texts = words + (directory.map { [$0] } ?? []) + (environment?.flatMap { [$0, $1] } ?? [])
    guard !texts.contains(where: { $0.utf8.contains(0) }) else { throw failure(EINVAL) }
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    var problem = posix_spawn_file_actions_init(&actions)
    guard problem == 0 else { throw failure(problem) }
    defer { posix_spawn_file_actions_destroy(&actions) }
    problem = posix_spawnattr_init(&attributes)
    guard problem == 0 else { throw failure(problem) }
    defer { posix_spawnattr_destroy(&attributes) }
    for (number, source) in descriptors where problem == 0 {
      problem = posix_spawn_file_actions_adddup2(&actions, source, number)
    }
    if problem == 0, closesAll {
      let taken = Set(descriptors.map(\.number))
      let end = max(STDERR_FILENO, taken.max() ?? 0) + 1
      for number in STDERR_FILENO + 1..<end where problem == 0 && !taken.contains(number) {
        problem = posix_spawn_file_actions_addclose(&actions, number)
      }
      if problem == 0 { problem = aeuv_spawn_closefrom(&actions, end) }
    }
    if problem == 0, let directory {
      problem = aeuv_spawn_chdir(&actions, directory)
    }
    // Threads of Dispatch, on which a loop may run, hold back all signals, and a program inherits that.
    var signals = sigset_t()
    sigemptyset(&signals)
    if problem == 0 { problem = posix_spawnattr_setsigmask(&attributes, &signals) }
    let flags = POSIX_SPAWN_SETSIGMASK | (leadsGroup ? POSIX_SPAWN_SETPGROUP : 0)
    if problem == 0 { problem = posix_spawnattr_setflags(&attributes, Int16(flags)) }
    if problem == 0, leadsGroup { problem = posix_spawnattr_setpgroup(&attributes, 0) }
    guard problem == 0 else { throw failure(problem) }
    var pid: pid_t = 0
    let variables = surroundings()
    func attempt(_ words: [String]) -> CInt {
      withCStrings(words) { arguments in
        if let variables {
          withCStrings(variables) {
            posix_spawnp(&pid, words[0], &actions, &attributes, arguments, $0)
          }
        } else {
          posix_spawnp(&pid, words[0], &actions, &attributes, arguments, aeuv_environment())
        }
      }
    }
    problem = attempt(words)
    // A script that does not name its shell is the shell's, as execvp has it, and Perl.
    if problem == ENOEXEC, words[0].utf8.contains(UInt8(ascii: "/")) {
      problem = attempt(["/bin/sh"] + words)
    }
    guard problem == 0 else { throw failure(problem) }
    return pid
  }

  /// The environment as C has it; nil for this process's.
  private func surroundings() -> [String]? {
    let own = environment?.map { "\($0)=\($1)" }
    guard !variables.isEmpty else { return own }
    return (own ?? Self.environment()) + variables
  }

  /// This process's environment.
  private static func environment() -> [String] {
    var texts: [String] = []
    var next = aeuv_environment()
    while let place = next, let text = place.pointee {
      texts.append(String(cString: text))
      next = place + 1
    }
    return texts
  }

  private func failure(_ code: CInt) -> SystemError {
    SystemError(code, "cannot start \(words[0])")
  }
}

/// Calls `body` with texts as C has them, and a null pointer behind the last.
private func withCStrings<Result>(
  _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let pointers = texts.map { strdup($0) }
  defer { for pointer in pointers { free(pointer) } }
  return body(pointers + [nil])
}
