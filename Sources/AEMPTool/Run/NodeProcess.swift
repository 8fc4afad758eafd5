internal import AEValue
import AnyEvent
import AnyEventMP
import Glibc

/// The supervisor's side of the process in which the node runs.
final class NodeProcess {
  /// The argument that makes this program a worker.
  static let argument = "--worker"
  /// The descriptor at which the worker finds its end of the socket between both.
  static let socket: CInt = 3
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
  /// The worker gets the signals of ``ControlSignals`` only after it has let them through, so that it can prepare for
  /// them. `onEnd` is called when the process is gone and all its reports were delivered.
  init(
    _ path: PathName, _ handover: Handover, on loop: Loop,
    onReport: @escaping (WorkerReport) -> Void, onEnd: @escaping (ProcessEnding) -> Void
  ) throws(SystemError) {
    let ends = try DescriptorPair(isSocket: true, isBlocking: false)
    defer { close(ends.second) }
    var command = ChildCommand([CommandLine.arguments.first ?? "aemp", Self.argument])
    command.program = path
    command.heldSignals = ControlSignals.numbers
    do throws(SystemError) {
      pid = try command.spawn([(Self.socket, ends.second)])
    } catch {
      close(ends.first)
      throw error
    }
    self.loop = loop
    self.onReport = onReport
    self.onEnd = onEnd
    stream = StreamConnection(loop: loop, descriptor: ends.first)
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
