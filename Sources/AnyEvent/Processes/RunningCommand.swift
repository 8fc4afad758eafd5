internal import AEValue
internal import CLibUV
internal import Glibc

/// A program that was started; the loop keeps it until it has ended.
public final class RunningCommand: LoopResident {
  private let loop: Loop
  /// The process id; 0 if it could not be started.
  public private(set) var pid: Int32 = 0
  private var pipes: [CommandPipe] = []
  /// How many of the pipes are still in use.
  private var openPipes = 0
  private var child: ChildWatcher?
  private var outcome: Result<Int32, SystemError>?
  private var completion: ((Result<Int32, SystemError>) -> Void)?

  /// The status of a command, one of whose files cannot be opened, as Perl's AnyEvent has it.
  private static let statusWithoutFile: Int32 = 125 << 8
  /// The status of a command that cannot be executed.
  private static let statusWithoutProgram: Int32 = 126 << 8

  init(on loop: Loop, _ completion: @escaping (Result<Int32, SystemError>) -> Void) {
    self.loop = loop
    self.completion = completion
  }

  func start(_ command: ChildCommand) {
    guard loop.state == .open else { return }
    loop.keep(self)
    var ends = CommandEnds(command.redirections)
    defer { ends.close() }
    do throws(SystemError) {
      pipes = try ends.open(on: loop)
    } catch {
      pipes = ends.pipes
      return stillborn(ends.isFileMissing ? .success(Self.statusWithoutFile) : .failure(error))
    }
    do throws(SystemError) {
      pid = try command.spawn(ends.descriptors)
    } catch {
      // The system was to blame, and not the command.
      let isSystems = [EAGAIN, ENOMEM, EMFILE, ENFILE, EINVAL].contains(error.code)
      return stillborn(isSystems ? .failure(error) : .success(Self.statusWithoutProgram))
    }
    openPipes = pipes.count
    for pipe in pipes { pipe.start { [unowned self] in pipeEnded() } }
    child = ChildWatcher(
      on: loop, pid,
      lost: { [unowned self] in
        let reason = "cannot learn how \(command.words[0]) has ended"
        outcome = .failure(SystemError(ECHILD, reason))
        finishIfDone()
      },
      { [unowned self] _, status in
        outcome = .success(status)
        finishIfDone()
      })
  }

  /// Reports, later, that no process could be started.
  private func stillborn(_ outcome: Result<Int32, SystemError>) {
    self.outcome = outcome
    loop.postpone { [weak self] in
      guard let self else { return }
      openPipes = pipes.count + 1
      for pipe in pipes { pipe.abort { [unowned self] in pipeEnded() } }
      pipeEnded()
    }
  }

  private func pipeEnded() {
    openPipes -= 1
    finishIfDone()
  }

  private func finishIfDone() {
    guard openPipes == 0, let outcome, let completion else { return }
    self.completion = nil
    child = nil
    pipes = []
    loop.release(self)
    completion(outcome)
  }

  /// Closes the pipes to the program and calls nothing of it any more; the program goes on.
  ///
  /// Its status is still collected, so that the system can forget it. May be called more than once, and in
  /// the callbacks of its redirections.
  public func cancel() {
    guard completion != nil else { return }
    loop.preconditionOnLoop()
    let held = (completion, pipes)
    completion = nil
    for pipe in pipes { pipe.close() }
    pipes = []
    if pid > 0, outcome == nil, loop.state == .open {
      let ended: () -> Void = { [unowned self] in
        child = nil
        loop.release(self)
      }
      child = ChildWatcher(on: loop, pid, lost: ended) { _, _ in ended() }
    } else {
      loop.release(self)
    }
    withExtendedLifetime(held) {}
  }

  func loopCloses() {
    child = nil
    cancel()
  }

  /// The program is a child of this process's parent, to which its status and its bytes belong.
  func loopForked() {
    child = nil
    let held = (completion, pipes)
    completion = nil
    for pipe in pipes { pipe.close() }
    pipes = []
    loop.release(self)
    withExtendedLifetime(held) {}
  }
}

extension Loop {
  /// Starts a program and calls `completion` when it has ended and all its redirections have, too.
  ///
  /// `completion` gets the status, as `waitpid` has it: `status >> 8` is the exit code, `status & 127` the
  /// signal that has killed it. It is 126 << 8 when the program cannot be executed and 125 << 8 when a file
  /// of the redirections cannot be opened. When the system cannot start any program, for want of
  /// descriptors or processes, it gets the error. It is called once, never before this returns, and not at
  /// all after `cancel` or the loop's end. Callbacks of redirections are called with nil in each case.
  /// Corresponds to Perl's `AnyEvent::Util::run_cmd`.
  @discardableResult
  public func start(
    _ command: ChildCommand, completion: @escaping (Result<Int32, SystemError>) -> Void
  ) -> RunningCommand {
    preconditionOnLoop()
    let running = RunningCommand(on: self, completion)
    running.start(command)
    return running
  }
}
