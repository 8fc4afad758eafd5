internal import AEValue
import AnyEvent
import AnyEventMP
import Glibc

/// The supervisor's side of the process in which the node runs.
final class WorkerProcess {
  /// The argument that makes this program a worker.
  static let argument = "--worker"
  /// Seconds that the process gets to end by itself.
  static let patience = 5.0

  let pid: pid_t
  private let loop: Loop
  private let stream: StreamConnection
  private var reader = ReportReader()
  private var child: ChildWatcher?
  private var deadline: TimerWatcher?
  private var ending: ProcessEnding?
  private let onReport: (WorkerReport) -> Void
  private let onEnd: (ProcessEnding) -> Void

  /// Starts the program as a worker and hands over its arguments.
  ///
  /// `onEnd` is called when the process is gone and all its reports were delivered.
  init(
    _ path: PathName, _ handover: Handover, on loop: Loop,
    onReport: @escaping (WorkerReport) -> Void, onEnd: @escaping (ProcessEnding) -> Void
  ) throws(ProcessStart.Failure) {
    let name = CommandLine.arguments.first ?? "aemp"
    let (pid, socket) = try ProcessStart.start(path, [name, Self.argument])
    self.pid = pid
    self.loop = loop
    self.onReport = onReport
    self.onEnd = onEnd
    stream = StreamConnection(loop: loop, descriptor: socket)
    stream.onRead = { [unowned self] bytes in
      for report in reader.feed(bytes) { self.onReport(report) }
    }
    stream.onEnd = { [unowned self] _ in endIfGone() }
    stream.start()
    stream.output.append(handover.line)
    stream.outputGrew()
    child = loop.child(pid) { [unowned self] _, status in
      ending = ProcessEnding(status: status)
      endIfGone()
    }
  }

  /// Tells the process to end, and kills it when it does not.
  func stop() {
    guard ending == nil, deadline == nil else { return }
    Glibc.kill(pid, SIGTERM)
    deadline = loop.timer(after: Self.patience) { [unowned self] in
      AE.log(
        .warn, in: Supervisor.log,
        "node process \(pid) was told to end and is still there after \(Printer.number(Self.patience)) s; killing it."
      )
      kill()
    }
  }

  /// Tells the process to read its configuration again.
  func reload() {
    guard ending == nil, deadline == nil, stream.isOpen else { return }
    // A process that is stopped reads nothing; one waiting order is enough.
    if stream.output.count > 0 { return }
    stream.output.append(WorkerOrder.reload.line)
    stream.outputGrew()
  }

  /// Kills the process at once.
  func kill() {
    if ending == nil { Glibc.kill(pid, SIGKILL) }
  }

  private func endIfGone() {
    guard let ending, !stream.isOpen else { return }
    deadline = nil
    onEnd(ending)
  }
}

/// Starts a program with a socket between it and this one.
enum ProcessStart {
  /// The descriptor at which the program finds its end of the socket.
  static let socket: CInt = 3

  /// Why a program could not be started: an `errno`.
  struct Failure: Error {
    let code: CInt
  }

  /// Starts a program.
  ///
  /// The program gets the signals of ``ControlSignals`` only after it has let them through, so that it
  /// can prepare for them.
  ///
  /// - Returns: its process id and this end of the socket, which does not block.
  static func start(
    _ path: PathName, _ arguments: [String]
  ) throws(Failure) -> (pid: pid_t, socket: CInt) {
    var ends: [CInt] = [-1, -1]
    let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Failure(code: errno) }
    ends = ends.map(StandardDescriptors.spare)
    if ends.contains(-1) {
      let code = errno
      for end in ends where end >= 0 { close(end) }
      throw Failure(code: code)
    }
    defer { close(ends[1]) }
    let pid: pid_t
    do throws(Failure) {
      pid = try spawn(path, arguments, socket: ends[1])
    } catch {
      close(ends[0])
      throw error
    }
    _ = fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK)
    return (pid, ends[0])
  }

  private static func spawn(
    _ path: PathName, _ arguments: [String], socket: CInt
  ) throws(Failure) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_adddup2(&actions, socket, Self.socket)
    var signals = ControlSignals.all
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var texts = arguments.map { strdup($0) } + [nil]
    defer { for text in texts { free(text) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, path.cString, &actions, &attributes, &texts, environ)
    guard code == 0 else { throw Failure(code: code) }
    return pid
  }
}

/// How a process ended.
enum ProcessEnding: Equatable {
  case exited(Int32)
  case killed(signal: Int32)

  /// Takes the status of `waitpid`.
  init(status: Int32) {
    let signal = status & 0x7f
    self = signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal: signal)
  }

  /// The rest of a sentence that begins with the process.
  var description: String {
    switch self {
    case .exited(let code): "ended with exit code \(code)"
    case .killed(let signal):
      "was killed by signal \(signal) (\(strsignal(signal).map { String(cString: $0) } ?? "unknown"))"
    }
  }
}

/// Finds the file of this program, for starting it again.
enum OwnProgram {
  private static let kernelsLink = PathName("/proc/self/exe")

  /// The absolute path by which the program was called, or the kernel's path if that one leads elsewhere.
  ///
  /// The call's path comes first, because a new version of the program may take its place there.
  static func path() -> PathName {
    let own = kernelsLink.linkTarget
    let name = CommandLine.unsafeArgv[0].map { PathName(cString: $0) } ?? PathName("")
    let file = FileIdentity(at: kernelsLink.cString, followsLinks: true)
    for candidate in candidates(name)
    where file != nil && FileIdentity(at: candidate.cString, followsLinks: true) == file {
      return candidate
    }
    return own ?? (name.isEmpty ? PathName("aemp") : name)
  }

  /// The paths that a program called by this name may have.
  private static func candidates(_ name: PathName) -> [PathName] {
    if name.isEmpty { return [] }
    if name.isAbsolute { return [name] }
    if name.hasDirectory { return absolute(name).map { [$0] } ?? [] }
    let path = getenv("PATH").map { PathName(cString: $0) } ?? PathName("")
    return path.list.compactMap { directory in absolute(directory.appending(name)) }
  }

  private static func absolute(_ path: PathName) -> PathName? {
    if path.isAbsolute { return path }
    guard let directory = getcwd(nil, 0) else { return nil }
    defer { free(directory) }
    return PathName(cString: directory).appending(path)
  }
}
