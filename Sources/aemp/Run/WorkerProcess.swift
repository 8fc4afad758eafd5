import AnyEvent
import AnyEventMP
import Glibc

/// The process in which the node runs, as its supervisor sees it.
final class WorkerProcess {
  /// The argument that makes this program a worker.
  static let argument = "--worker"
  /// Seconds that a process gets to end by itself.
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

  /// Starts the program as a worker and hands over what it needs.
  ///
  /// `onEnd` comes when the process is gone and all that it said was reported.
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

  /// Tells the process to end, and ends it when it does not.
  func stop() {
    guard ending == nil, deadline == nil else { return }
    Glibc.kill(pid, SIGTERM)
    deadline = loop.timer(after: Self.patience) { [unowned self] in
      AE.log(
        .warn,
        "node process \(pid) was told to end and is still there after \(Printer.number(Self.patience)) s; killing it."
      )
      kill()
    }
  }

  /// Ends the process at once.
  func kill() {
    if ending == nil { Glibc.kill(pid, SIGKILL) }
  }

  private func endIfGone() {
    guard let ending, !stream.isOpen else { return }
    deadline = nil
    onEnd(ending)
  }
}
