import AnyEvent
import AnyEventMP
import Glibc

/// Starts a program that talks to us over a socket.
enum ProcessStart {
  /// The descriptor at which the program finds its end of the socket.
  static let socket: CInt = 3

  /// Why a program could not be started: an `errno`.
  struct Failure: Error {
    let code: CInt
  }

  /// Starts a program.
  ///
  /// It gets the signals that end or restart us only when it lets them through, so that it can be ready
  /// for them before.
  ///
  /// - Returns: its process id and our end of the socket, which does not block.
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
