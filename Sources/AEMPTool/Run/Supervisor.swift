internal import AEValue
import AnyEvent
import AnyEventMP
import Glibc

/// Keeps a node running: starts it in a process of its own, and again when it has crashed, is stuck or
/// asks for a restart.
final class Supervisor {
  /// Seconds of silence after which a worker counts as stuck, without `--heartbeat`.
  static let standardHeartbeat = 60.0
  /// Its lines bear the name of the program.
  static let log = LogContext("aemp")

  private let options: Options
  private var handover: Handover
  private let program = OwnProgram.path()
  private let loop = Loop.default
  private var policy = RestartPolicy()
  private var worker: NodeProcess?
  private var silence: Silence?
  private var timers: [TimerWatcher] = []
  /// Why the worker that runs, or has just ended, could not be configured.
  private var refusal: String?
  private var wasSilent = false
  private var readyDescriptor: ReadyDescriptor?
  private var outcome = ExitCode.success

  init(_ arguments: ConfigurationArguments, _ options: Options, ready: ReadyDescriptor?) {
    self.options = options
    handover = Handover(
      arguments: arguments, heartbeat: options.heartbeat ?? Self.standardHeartbeat)
    readyDescriptor = ready
  }

  /// Runs the node until it is told to stop.
  ///
  /// - Returns: success after a signal, failure when the node cannot be configured.
  func run() -> ExitCode {
    LibraryLog.limit(to: .warn)
    readyDescriptor?.keep()
    // This comes before the pid file: a process that finds it may stop the supervisor at once.
    let signals = watchSignals()
    defer { for watcher in signals { watcher.cancel() } }
    ControlSignals.unblock()
    let pidFile: PidFile?
    do throws(PidFile.Problem) {
      pidFile = try options.pidFile.map { path throws(PidFile.Problem) in try PidFile(path) }
    } catch {
      Output.complain(error.sentence)
      return .failure
    }
    defer { pidFile?.remove() }
    if start() { loop.run() }
    return outcome
  }

  // MARK: Signals

  private func watchSignals() -> [SignalWatcher] {
    var signals = [SIGTERM, SIGINT].map { number in loop.signal(number) { self.stop() } }
    // A parent such as `nohup` ignores it so that the node outlives the terminal.
    if !SignalDisposition.isIgnored(SIGHUP) {
      signals.append(loop.signal(SIGHUP) { self.reload() })
    }
    return signals
  }

  private func stop() {
    policy.endWanted()
    if let worker { worker.stop() } else { loop.stop() }
  }

  private func reload() {
    if let worker {
      worker.reload()
    } else if !policy.isEnding {
      // The next attempt was to come later.
      startOrEnd()
    }
  }

  // MARK: The worker

  private func startOrEnd() {
    if !start() { loop.stop() }
  }

  /// Starts the worker; false when that failed and must not be tried again.
  private func start() -> Bool {
    timers = []
    refusal = nil
    wasSilent = false
    policy.started(at: loop.monotonicNow)
    do throws(SystemError) {
      worker = try NodeProcess(
        program, handover, on: loop, onReport: { [unowned self] in reported($0) },
        onEnd: { [unowned self] in ended($0) })
      handover.restarts += 1
      beginToListen()
      return true
    } catch {
      refusal = "cannot start \(program): \(error.reason)"
      return goOn(after: .exited(127), process: "the node process")
    }
  }

  private func reported(_ report: WorkerReport) {
    silence?.heard()
    switch report {
    case .alive: break
    case .refused(let sentence): refusal = sentence
    case .ready(let node, let binds):
      policy.becameReady()
      let line = ReadyLine.text(node: node, binds: binds, isJSON: options.json)
      ReadyLine.write(line)
      readyDescriptor?.tell(line)
      readyDescriptor = nil
    }
  }

  private func ended(_ ending: ProcessEnding) {
    guard let worker else { return }
    self.worker = nil
    if !goOn(after: ending, process: "node process \(worker.pid)") { loop.stop() }
  }

  /// Follows the policy when the worker has ended; false when all is over.
  private func goOn(after ending: ProcessEnding, process: String) -> Bool {
    timers = []
    switch policy.ended(ending, couldNotBegin: refusal != nil, at: loop.monotonicNow) {
    case .end(let code):
      outcome = code
      if code != .success, let refusal { Output.complain(refusal) }
      return false
    case .restart(after: 0):
      AE.log(.info, in: Self.log, "\(process) ended to be started again.")
      timers = [loop.timer(after: 0) { [unowned self] in startOrEnd() }]
    case .restart(let delay):
      let what = wasSilent ? silentlyKilled : refusal.map { "failed: \($0)" } ?? ending.description
      AE.log(
        .warn, in: Self.log, "\(process) \(what); starting it again in \(Printer.number(delay)) s.")
      timers = [loop.timer(after: delay) { [unowned self] in startOrEnd() }]
    }
    return true
  }

  private var silentlyKilled: String {
    "gave no sign of life for \(Printer.number(handover.heartbeat)) s and was killed"
  }

  // MARK: Signs of life

  private func beginToListen() {
    guard handover.heartbeat > 0 else { return }
    let silence = Silence(limit: handover.heartbeat)
    self.silence = silence
    listen(for: silence.unit)
  }

  private func listen(for unit: Double) {
    timers = [
      loop.timer(after: unit) { [unowned self] in
        silence?.tick()
        if silence?.isTooLong == true {
          // The loop first reads reports that may have arrived meanwhile.
          timers = [loop.timer(after: 0) { [unowned self] in convict(unit) }]
        } else {
          listen(for: unit)
        }
      }
    ]
  }

  private func convict(_ unit: Double) {
    guard silence?.isTooLong == true else { return listen(for: unit) }
    timers = []
    wasSilent = true
    worker?.kill()
  }
}

/// The signals that end a command or a node, or have a node read its configuration again.
enum ControlSignals {
  static let numbers = [SIGTERM, SIGINT, SIGHUP]

  /// Lets them and SIGCHLD through: a parent may have started this process with the signal mask of one
  /// of its threads.
  static func unblock() {
    var signals = sigset_t(numbers + [SIGCHLD])
    sigprocmask(SIG_UNBLOCK, &signals, nil)
  }
}
