internal import AEValue
internal import CLibUV
internal import Glibc

// AnyEvent::Util's functions.

/// Makes reading and writing of a descriptor not wait, or wait; false with `errno` set if that isn't possible.
///
/// Corresponds to Perl's `AnyEvent::Util::fh_nonblocking`.
@discardableResult
public func fh_nonblocking(_ fh: CInt, _ nonblocking: Bool) -> Bool {
  OpenFileMode.setNonBlocking(fh, nonblocking)
}

/// Makes reading and writing of a descriptor wait: Perl's `AnyEvent::fh_block`.
@discardableResult
public func fh_block(_ fh: CInt) -> Bool { fh_nonblocking(fh, false) }

/// Makes reading and writing of a descriptor not wait: Perl's `AnyEvent::fh_unblock`.
@discardableResult
public func fh_unblock(_ fh: CInt) -> Bool { fh_nonblocking(fh, true) }

/// The reading and the writing end of a pipe, or nil with `errno` set.
///
/// Both wait, as in Perl, so that programs can be given them, and are closed in programs that are started
/// unless they are redirected there. Corresponds to Perl's `AnyEvent::Util::portable_pipe`.
public func portable_pipe() -> (r: CInt, w: CInt)? {
  ends(isSocket: false).map { ($0.first, $0.second) }
}

/// Two connected sockets, or nil with `errno` set.
///
/// Both wait, as in Perl, and are closed in programs that are started unless they are redirected there.
/// Corresponds to Perl's `AnyEvent::Util::portable_socketpair`.
public func portable_socketpair() -> (fh1: CInt, fh2: CInt)? {
  ends(isSocket: true).map { ($0.first, $0.second) }
}

private func ends(isSocket: Bool) -> DescriptorPair? {
  do throws(SystemError) {
    return try DescriptorPair(isSocket: isSocket, isBlocking: true)
  } catch {
    errno = error.code
    return nil
  }
}

/// Makes a guard, which calls the block when its last reference goes: Perl's `guard { … }`.
public func `guard`(_ block: @escaping () -> Void) -> Guard { Guard(block) }

/// Closes all descriptors of this process but these.
///
/// Loops and handles lose theirs, too: call it shortly before another program takes this one's place.
/// Corresponds to Perl's `AnyEvent::Util::close_all_fds_except`.
public func close_all_fds_except(_ fds: CInt...) {
  var first: UInt32 = 0
  for fd in fds.filter({ $0 >= 0 }).map(UInt32.init).sorted() {
    if fd > first { closeAll(first, fd - 1) }
    first = max(first, fd + 1)
  }
  closeAll(first, .max)
}

private func closeAll(_ first: UInt32, _ last: UInt32) {
  if aeuv_close_range(first, last) == 0 { return }
  let end = min(Int(last), max(0, sysconf(CInt(_SC_OPEN_MAX)) - 1))
  var number = Int(first)
  while number <= end {
    close(CInt(number))
    number += 1
  }
}

// MARK: - Work

/// Calls the block on another thread, then `cb` with its result on the loop.
///
/// Perl calls it in another process: here it shares the memory, and the compiler sees to it that it uses nothing that
/// the loop's thread uses. The block's error is the failure. At most `AE.MAX_FORKS` run at once. `Loop.blocking` is
/// the form that can be cancelled. Corresponds to Perl's `AnyEvent::Util::fork_call`.
public func fork_call<Value: Sendable, Failure: Error>(
  _ block: @escaping @Sendable () throws(Failure) -> Value,
  cb: @escaping (_ result: Result<Value, Failure>) -> Void
) {
  Loop.current.startBlocking(block, cb)
}

extension AE {
  /// How many calls of `fork_call` run at once on the current loop: Perl's `$AnyEvent::Util::MAX_FORKS`.
  public static var MAX_FORKS: Int {
    get { Loop.current.blockingLimit }
    set { Loop.current.blockingLimit = newValue }
  }
}

// MARK: - Commands

/// Starts a program; the condition variable gets its status when it and its redirections have ended.
///
/// The program is looked for in the directories of `PATH`. The status is Perl's `$?`: `status >> 8` is the
/// exit code, `status & 127` the signal; 126 << 8 says that the program cannot be executed, 125 << 8 that a
/// file of the redirections cannot be opened. The condition variable croaks with a `SystemError` only when
/// the system can start nothing. It goes on when nobody keeps the condition variable: `Loop.start` has the
/// form that can be cancelled. Corresponds to Perl's `AnyEvent::Util::run_cmd`.
/// - Parameters:
///   - cmd: the program and its arguments.
///   - redirections: such as `["<": "/dev/null", ">": .to(out), "2>": .call { data in … }]`.
///   - close_all: whether all descriptors but 0, 1, 2 and the redirected ones are closed.
///   - directory: where it begins; nil for this process's directory.
///   - environment: its variables; nil for this process's.
///   - pid: gets the process id, 0 if it could not be started: Perl's `'$$' => \$pid`.
///   - file: the place of the call, for a list without words.
///   - line: its line.
/// - Returns: the condition variable.
@discardableResult
public func run_cmd(
  _ cmd: [String], _ redirections: Redirections = [:], close_all: Bool = false,
  directory: String? = nil, environment: [String: String]? = nil,
  pid: UnsafeMutablePointer<Int32>? = nil, file: StaticString = #fileID, line: UInt = #line
) -> CondVar<Int32> {
  run(
    ChildCommand(cmd, file: file, line: line), redirections, close_all, directory, environment, pid)
}

/// Has the shell run a line, as the form with a list starts a program.
@discardableResult
public func run_cmd(
  _ cmd: String, _ redirections: Redirections = [:], close_all: Bool = false,
  directory: String? = nil, environment: [String: String]? = nil,
  pid: UnsafeMutablePointer<Int32>? = nil
) -> CondVar<Int32> {
  run(ChildCommand(shell: cmd), redirections, close_all, directory, environment, pid)
}

/// Perl's `on_prepare`, which Swift does not have.
@available(
  *, unavailable,
  message:
    "Swift cannot run code between fork and exec: pass directory and environment, start the program by nice(1) or setpriv(1), or let a shell set traps and limits: run_cmd(\"trap '' INT; exec program\")"
)
public func run_cmd<Words>(
  _ cmd: Words, _ redirections: Redirections = [:], close_all: Bool = false,
  on_prepare: @escaping () -> Void
) -> CondVar<Int32> {
  CondVar()
}

private func run(
  _ command: ChildCommand, _ redirections: Redirections, _ closesAll: Bool, _ directory: String?,
  _ environment: [String: String]?, _ pid: UnsafeMutablePointer<Int32>?
) -> CondVar<Int32> {
  var command = command
  command.redirections = redirections
  command.closesAll = closesAll
  command.directory = directory
  command.environment = environment
  let done = CondVar<Int32>()
  let running = Loop.current.start(command) {
    switch $0 {
    case .success(let status): done.send(status)
    case .failure(let error): done.croak(error)
    }
  }
  pid?.pointee = running.pid
  return done
}
