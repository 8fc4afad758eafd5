internal import AEValue
internal import Glibc

/// Looking at a running program: the meaning of Perl's AnyEvent::Debug and AnyEvent::Strict.
///
/// Variables of the environment, for which `PERL_ANYEVENT_x` counts before `AE_x`:
/// - `AE_DEBUG_SHELL` is `host:port`, or the path of a socket, where `$$` stands for the process id: a ``DebugShell``
///   for the default loop, from the first condition variable on that ``AE`` makes.
/// - `AE_DEBUG_WRAP=1` has all loops record which watchers there are, and where they were made.
/// - `AE_STRICT=1` does so, too, and stops the program with a sentence when a descriptor is closed while it is
///   watched, or when a timer is given a number that is no time.
public enum Debug {
  /// Lets clients look at the current loop: Perl's `AnyEvent::Debug::shell $host, $service`.
  ///
  /// It ends when the returned shell's last reference goes. A program such as `socat readline` connects to it.
  ///
  /// - Throws: ``SocketError`` when the address is not of this machine or cannot be bound.
  public static func shell(
    _ host: String, _ service: any TCPService
  ) throws(SocketError) -> DebugShell {
    try DebugShell(host, service)
  }

  /// Whether watchers that are made from now on are recorded; nil changes that: Perl's `AnyEvent::Debug::wrap`.
  ///
  /// A level of 0 ends it, others begin it.
  public static func wrap(_ level: Int? = nil, on loop: Loop = .current) {
    loop.preconditionOnLoop()
    let isRecording = loop.records?.isRecording ?? false
    let wanted = level.map { $0 > 0 } ?? !isRecording
    if let records = loop.records {
      records.isRecording = wanted
    } else if wanted {
      loop.records = WatcherRecords(isRecording: true, isStrict: false)
    }
  }

  /// Starts the shell that the environment asks for, on the main thread and once.
  static func obeyEnvironment() {
    if Loop.isMainThread { shellOfEnvironment }
  }

  private static let shellOfEnvironment: Void = {
    for variable in ["PERL_ANYEVENT_DEBUG_SHELL", "AE_DEBUG_SHELL"] {
      guard let text = getenv(variable), text.pointee != 0 else { continue }
      let place = String(cString: text).split(separator: "$$", omittingEmptySubsequences: false)
        .joined(separator: "\(getpid())")
      // Programs that this one starts cannot have the same socket.
      unsetenv(variable)
      start(at: place, for: variable)
      return
    }
  }()

  private static func start(at place: String, for variable: String) {
    let loop = Loop.default
    guard let (host, service) = parse_hostport(place, "0") else {
      LogContext.ofModule().log(
        .error, "\(variable) is \"\(place)\": write host:port, or the path of a socket")
      return
    }
    do throws(SocketError) {
      let shell = try DebugShell(host, service, on: loop)
      loop.keep(shell)
      LogContext.ofModule().log(.note, "debug shell: \(host) \(shell.service)")
    } catch {
      LogContext.ofModule().log(.error, "\(variable): \(error)")
    }
  }
}
