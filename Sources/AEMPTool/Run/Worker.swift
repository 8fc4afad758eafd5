internal import AEValue
import AnyEvent
import AnyEventMP
import Glibc

/// The node of `aemp run`, in a process that its supervisor has started.
final class Worker {
  /// Whether this process is to be a worker.
  static var isWanted: Bool {
    CommandLine.arguments.dropFirst().elementsEqual([WorkerProcess.argument])
  }

  /// Seconds that an ending node waits for other nodes to take the last messages.
  private static let patience = 2.0

  private let loop = Loop.default
  private var isRestartWanted = false
  private var isLeaving = false
  private var isConfigured = false

  /// Runs the process's node on the default loop until it is told to stop, or its supervisor is gone.
  ///
  /// - Returns: the exit code.
  func run() -> Int32 {
    guard let handover = Self.handover() else {
      Output.complain("\"aemp \(WorkerProcess.argument)\" is for \"aemp run\" alone; use that")
      return ExitCode.usage.rawValue
    }
    // The supervisor says when the configuration is to be read again.
    signal(SIGHUP, SIG_IGN)
    let signals = [SIGTERM, SIGINT].map { number in loop.signal(number) { self.stop() } }
    defer { for watcher in signals { watcher.cancel() } }
    ControlSignals.unblock()
    let supervisor = connection()
    defer { supervisor.flushAndClose() }
    return runNode(handover, supervisor)
  }

  private func runNode(_ handover: Handover, _ supervisor: StreamConnection) -> Int32 {
    let node = Node.current
    sub(RestartFunction.name) { self.restart(node) }
    node.restartCount = handover.restarts
    let signs = signsOfLife(handover, supervisor)
    defer { signs?.cancel() }
    guard lookUpNames(node, handover.arguments) else { return ExitCode.success.rawValue }
    do {
      try node.configure(handover.arguments)
    } catch {
      tell(supervisor, .refused("\(error)"))
      return ExitCode.failure.rawValue
    }
    isConfigured = true
    node.onLeaveRequest = { self.leave(node) }
    tell(supervisor, .ready(node: node.id, binds: node.boundAddresses))
    loop.run()
    node.close()
    return isRestartWanted ? RestartPolicy.restartCode : ExitCode.success.rawValue
  }

  /// Looks up the addresses to listen on; false when the worker is told to end before they are known.
  private func lookUpNames(_ node: Node, _ arguments: ConfigurationArguments) -> Bool {
    var isKnown = false
    let names = node.lookUpBinds(arguments) { [loop] in
      isKnown = true
      loop.stop()
    }
    guard let names else { return true }
    withExtendedLifetime(names) { loop.run() }
    return isKnown && !isLeaving
  }

  /// Ends so that the supervisor starts the node anew; the caller gets its answer before that.
  private func restart(_ node: Node) {
    isRestartWanted = true
    leave(node)
  }

  /// Ends; when it is told to a second time, it does not wait for other nodes.
  private func stop() {
    if isLeaving || !isConfigured {
      isLeaving = true
      return loop.stop()
    }
    leave(Node.current)
  }

  private func leave(_ node: Node) {
    guard !isLeaving else { return }
    isLeaving = true
    node.leave(within: Self.patience) { self.loop.stop() }
  }

  // MARK: The supervisor

  /// The first line of the supervisor; nil when there is no supervisor.
  private static func handover() -> Handover? {
    var kind: CInt = 0
    var size = socklen_t(MemoryLayout<CInt>.size)
    guard getsockopt(ProcessStart.socket, SOL_SOCKET, SO_TYPE, &kind, &size) == 0 else {
      return nil
    }
    var line: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while !line.contains(UInt8(ascii: "\n")) {
      let count = chunk.withUnsafeMutableBytes {
        SystemCalls.readSome(ProcessStart.socket, into: $0)
      }
      guard count > 0 else { return nil }
      line += chunk[..<count]
    }
    // An order behind it is for a node that has its configuration already.
    return Handover(line: Array(line.prefix { $0 != UInt8(ascii: "\n") }))
  }

  /// The connection to the supervisor; when it ends, for any reason, the worker ends too.
  private func connection() -> StreamConnection {
    let socket = ProcessStart.socket
    _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
    _ = fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK)
    let stream = StreamConnection(loop: loop, descriptor: socket)
    stream.onRead = { bytes in self.obey(bytes) }
    stream.onEnd = { [loop] _ in loop.stop() }
    stream.start()
    return stream
  }

  /// Reads the configuration again, when the supervisor says so; before the node has read it there is no
  /// need to.
  private func obey(_ bytes: UnsafeMutableRawBufferPointer) {
    guard isConfigured, !isLeaving, bytes.contains(UInt8(ascii: "\n")) else { return }
    // The node logs mistakes in the configuration.
    _ = try? Node.current.reload()
  }

  private func tell(_ supervisor: StreamConnection, _ report: WorkerReport) {
    supervisor.output.append(report.line)
    supervisor.outputGrew()
  }

  private func signsOfLife(
    _ handover: Handover, _ supervisor: StreamConnection
  ) -> TimerWatcher? {
    guard handover.heartbeat > 0 else { return nil }
    return loop.timer(after: 0, interval: Silence.interval(forLimit: handover.heartbeat)) {
      // A supervisor that is stopped reads nothing, and gets no second sign before it has read the first.
      if supervisor.output.count == 0 { self.tell(supervisor, .alive) }
    }
  }
}
