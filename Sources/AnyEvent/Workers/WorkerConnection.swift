internal import AEValue
internal import CCares
internal import CLibUV
internal import Glibc

/// One worker process as its parent sees it; the loop keeps it until it has ended.
///
/// Both ends are non-blocking sockets on which CBOR arrays travel. The parent's first array is the name of the
/// function; then come calls: a number and the arguments. The worker answers with the number and the results, with 0
/// and an event, or with -1 and a sentence, after which it ends.
final class WorkerConnection: LoopResident, @unchecked Sendable {
  /// The callbacks by which the parent learns of a worker.
  struct Callbacks {
    var error: (_ message: String) -> Void
    var event: ((_ values: [Value]) -> Void)?
    var end: (() -> Void)?
  }

  private enum State {
    case working
    /// No more calls come: the worker ends when all calls are answered.
    case finishing
    case over
  }

  let loop: Loop
  private let name: String
  private var state = State.working
  private var callbacks: Callbacks?
  private var command: RunningCommand?
  private var handle: Handle?
  private var replies: [Int: ([Value]?) -> Void] = [:]
  private var lastCall = 0
  private var outcome: Result<Int32, SystemError>?
  /// The sentence that the worker has sent, or that names its mistake, before it ended.
  private var complaint: String?
  /// The messages that the worker had written before the connection failed.
  private var rest: [Value] = []

  init(on loop: Loop, _ name: String, _ program: ChildCommand, _ callbacks: Callbacks) {
    self.loop = loop
    self.name = name
    self.callbacks = callbacks
    guard loop.state == .open else {
      state = .over
      self.callbacks = nil
      return
    }
    loop.keep(self)
    start(program)
  }

  /// Whether calls are still taken.
  var isWorking: Bool {
    if case .working = state { return true }
    return false
  }

  /// Whether the connection to the worker's process is open.
  var isConnected: Bool { handle != nil }

  /// How many calls are not answered.
  var load: Int { replies.count }

  private func start(_ program: ChildCommand) {
    let ends: DescriptorPair
    do throws(SystemError) {
      ends = try DescriptorPair(isSocket: true, isBlocking: false)
    } catch {
      outcome = .failure(error)
      return loop.postpone { [weak self] in self?.endIfOver() }
    }
    var command = program
    command.redirections.add("\(WorkerService.descriptor)<", .fd(ends.second))
    command.closesAll = true
    command.variables = ["\(WorkerService.variable)=\(WorkerService.descriptor)"]
    self.command = loop.start(command) { [weak self] in
      self?.outcome = $0
      self?.endIfOver()
    }
    close(ends.second)
    let handle = Handle(
      fh: ends.first, on: loop,
      on_error: { [weak self] handle, _, _ in self?.failed(handle, errno) },
      on_eof: { [weak self] _ in self?.disconnected(nil) })
    self.handle = handle
    handle.push_write(.cbor, Value.array([.string(name)]))
    read(handle)
  }

  func call(_ arguments: [Value], _ reply: @escaping ([Value]?) -> Void) {
    guard isWorking else { return loop.postpone { reply(nil) } }
    lastCall += 1
    // A worker that has ended is about to be told of: its calls count until then, so that a pool gives it few.
    guard let handle else {
      replies[lastCall] = reply
      return
    }
    do {
      let call = try CBOR.encode(Value.array([.int(lastCall)] + arguments))
      replies[lastCall] = reply
      handle.push_write(call)
    } catch {
      LogContext.ofModule().log(.error, "a call of \"\(name)\" cannot be sent: \(error)")
      loop.postpone { reply(nil) }
    }
  }

  /// Lets the worker end when it has answered all calls; may be called more than once.
  func finish() {
    guard isWorking else { return }
    state = .finishing
    handle?.push_shutdown()
  }

  private func read(_ handle: Handle) {
    handle.push_read(.cbor) { [weak self] handle, message in
      guard let self else { return }
      received(message)
      if self.handle != nil { read(handle) }
    }
  }

  private func received(_ message: Value) {
    guard case .array(let values) = message, case .int(let number)? = values.first else {
      return disconnected("it sends what is no answer")
    }
    let results = Array(values.dropFirst())
    switch number {
    case 0: callbacks?.event?(results)
    case -1: complaint = results.first?.string
    default:
      guard let reply = replies.removeValue(forKey: number) else {
        return disconnected("it answers what was not asked")
      }
      reply(results)
    }
  }

  private func failed(_ handle: Handle, _ code: CInt) {
    let detail = handle.error_detail.map { ": \($0)" } ?? ""
    if code == EPIPE || code == ECONNRESET { takeRest(of: handle) }
    disconnected(code == EBADMSG ? "it sends what is no answer\(detail)" : nil)
  }

  /// Takes the bytes of an ended worker that the kernel still has: a failed write is told before they are read.
  private func takeRest(of handle: Handle) {
    let bytes = ByteBuffer()
    bytes.append(contentsOf: handle.rbuf.bytes)
    // Not into the loop's buffer: the caller may be in a callback whose bytes lie there.
    withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 1) { buffer in
      while true {
        let count = recv(handle.fh, buffer.baseAddress, buffer.count, CInt(MSG_DONTWAIT))
        if count > 0 {
          bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        } else if count == 0 || errno != EINTR {
          return
        }
      }
    }
    var reader = DocumentReader(framing: .cbor)
    while let message = try? reader.next(in: bytes) { rest.append(message) }
  }

  /// The connection has ended; a worker that has done something wrong is killed.
  private func disconnected(_ complaint: String?) {
    guard let handle else { return }
    self.handle = nil
    handle.destroy()
    if let complaint {
      self.complaint = self.complaint ?? complaint
      if outcome == nil, let pid = command?.pid, pid > 0 { kill(pid, SIGKILL) }
    }
    // The caller may be in a call of the program, in which no callback may run.
    loop.postpone { [weak self] in self?.endIfOver() }
  }

  /// Reports the end of the worker when the process has ended and all its messages have been read.
  private func endIfOver() {
    guard handle == nil, let outcome else { return }
    let rest = rest
    self.rest = []
    for message in rest { received(message) }
    guard let callbacks else { return }
    let isDone = state == .finishing && replies.isEmpty
    state = .over
    self.callbacks = nil
    let unanswered = replies.sorted { $0.key < $1.key }
    replies = [:]
    loop.release(self)
    if isDone, case .success(0) = outcome {
      callbacks.end?()
      return
    }
    for (_, reply) in unanswered { reply(nil) }
    callbacks.error("the worker of \"\(name)\" has ended: \(complaint ?? describe(outcome))")
  }

  private func describe(_ outcome: Result<Int32, SystemError>) -> String {
    switch outcome.map(ProcessEnding.init) {
    case .failure(let error): "\(error)"
    case .success(.killed(let signal)): "signal \(signal) has killed it"
    case .success(.exited(126)): "its program cannot be executed"
    case .success(.exited(let code)):
      "it has exited with code \(code); does its program call Fork.serve() before anything else?"
    }
  }

  func loopCloses() { abandon() }

  // The worker is the parent's. The socket is only closed here: to shut it down would end the parent's connection.
  func loopForked() {
    // The parent sends the bytes that wait.
    handle?.linger = 0
    abandon()
  }

  private func abandon() {
    // Released at the end: the deinitializer of an object that a callback held may use the worker.
    let held = (callbacks, replies, handle)
    state = .over
    callbacks = nil
    replies = [:]
    rest = []
    handle?.destroy()
    handle = nil
    loop.release(self)
    withExtendedLifetime(held) {}
  }
}

extension ChildCommand {
  /// The program of a worker: the one at this path, or this program by its path as it is now.
  static func worker(_ executable: String?) -> ChildCommand {
    if let executable { return ChildCommand([executable]) }
    let own = OwnProgram.path()
    var command = ChildCommand([own.description])
    // Its bytes, which need not be text.
    command.program = own
    return command
  }
}
