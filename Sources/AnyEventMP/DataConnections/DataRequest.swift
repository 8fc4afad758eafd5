import AnyEvent

/// A data connection that the program has asked for.
///
/// A request announces it to the other node. When the echo of a second request has come back, the
/// announcement has arrived, and the node's listeners are dialled. A node without listeners is
/// asked to dial this node.
final class DataRequest {
  private unowned let connections: DataConnections
  // Not retained, because the kernel retains the job that connects to this very node.
  private unowned let kernel: Kernel
  private let target: String
  private let seconds: Double
  private let function: String
  private let arguments: [Value]
  private let callback: (Result<Handle, DataConnectionError>) throws -> Void
  /// The port whose callback asked for the connection.
  private let caller: LocalPort?
  private let id: String
  /// The port for the other node's answers; that node kills it when there will be no connection.
  private let port: PortID
  private var monitors: [Subscription] = []
  private var timeLimit: TimerWatcher?
  private var stage = Stage.announced

  private enum Stage {
    /// The other node is told that a connection will come.
    case announced
    case dialling(DataDialler)
    /// The other node is asked whether it can dial.
    case asked
    /// The other node has been asked to dial this node, with this id.
    case offered(String)
    case over
  }

  private static let echo = "expected"
  private static let answer = "can"

  init(
    _ connections: DataConnections, to target: String, within seconds: Double, function: String,
    _ arguments: [Value],
    _ callback: @escaping (Result<Handle, DataConnectionError>) throws -> Void
  ) {
    self.connections = connections
    kernel = connections.kernel
    self.target = target
    self.seconds = seconds
    self.function = function
    self.arguments = arguments
    self.callback = callback
    caller = kernel.acting
    id = connections.makeID()
    port = kernel.port()
  }

  func start() {
    timeLimit = kernel.loop.timer(after: seconds) { [unowned self] in
      fail(DataConnections.late(after: seconds))
    }
    if kernel.isLocal(PortID(target)) {
      // The request may have ended by then, by its time limit; the job checks that.
      kernel.defer(.job { [self] in connectToSelf() })
      return
    }
    let local = kernel.localPort(port, for: "connect_to")
    local?.ignoresUnhandled = true
    // Messages may arrive between the end of the request and the end of the port.
    local?.fallback = Handler { [weak self] message in self?.answered(message) }
    monitors = [
      kernel.monitor(port) { [unowned self] reason in
        // The port dies early only if the other node kills it, with its reason.
        fail(reason.values.count > 1 ? reason[1].string ?? "" : Kernel.text(of: reason.values))
      },
      kernel.monitor(PortID(target)) { [unowned self] reason in
        fail("connection to \(target) lost: \(Kernel.text(of: reason.values))")
      },
    ]
    connections.functions.send(call(id), toFunction: DataConnections.expectFunction, on: target)
    request("snd", .string(port.id), .string(Self.echo))
  }

  func cancel() {
    stage = .over
    timeLimit = nil
    for monitor in monitors { monitor.cancel() }
    monitors = []
    kernel.kill(port)
  }

  private func call(_ id: String) -> [Value] {
    [.string(id), .string(port.id), .double(seconds), .string(function)] + arguments
  }

  private func request(_ values: Value...) {
    connections.peers.request(target, values)
  }

  private func answered(_ message: UnsafeBufferPointer<Value>) {
    switch (message.first?.string, stage) {
    case (Self.echo, .announced): dial()
    case (Self.answer, .asked):
      guard message.count > 1, message[1].bool else {
        return fail("\(target) listens nowhere, and cannot dial")
      }
      offer()
    default: break
    }
  }

  private func dial() {
    let dialler = DataDialler(connections, to: target, id: id)
    stage = .dialling(dialler)
    dialler.done = { [unowned self] result in
      switch result {
      case .success(let handle): end(.success(handle))
      case .failure(let error)
      where error.isWithoutListeners && !connections.peers.listeners.isEmpty:
        stage = .asked
        request(
          "can", .string(DataConnections.dialRequest), .string(port.id), .string(Self.answer))
      case .failure(let error): end(.failure(error))
      }
    }
    dialler.start(within: seconds)
  }

  /// Announces a connection from the other node, with an id of its own, and asks that node to dial.
  private func offer() {
    let id = connections.makeID()
    stage = .offered(id)
    let expectation = DataExpectation(
      // A connection that was taken can arrive after the end of this request; its handle then ends with the closure.
      node: target, connected: { [weak self] handle in self?.end(.success(handle)) },
      failed: { [weak self] text in self?.fail(text) })
    do {
      try connections.expect(id, expectation, within: seconds)
      connections.functions.send(call(id), toFunction: DataConnections.dialRequest, on: target)
    } catch {
      fail("\(error)")
    }
  }

  private func connectToSelf() {
    guard case .announced = stage else { return }
    guard let function = connections.dataFunctions[function] else {
      return fail("no function for data connections is registered by the name \(function)")
    }
    do throws(SocketError) {
      let (near, far) = try Handle.pair(on: kernel.loop)
      connections.run(function, [.string(self.function)] + arguments, far, from: kernel.id)
      end(.success(near))
    } catch {
      fail(error.description)
    }
  }

  private func fail(_ reason: String) { end(.failure(DataConnectionError(reason))) }

  private func end(_ result: Result<Handle, DataConnectionError>) {
    if case .over = stage { return }
    withExtendedLifetime(self) {
      if case .dialling(let dialler) = stage { dialler.cancel() }
      if case .offered(let id) = stage { connections.forget(id) }
      cancel()
      connections.ended(self)
      // A dead caller wants no connection any more; the handle ends here.
      guard caller == nil || caller?.state == .alive else { return }
      kernel.peval(caller) { try callback(result) }
    }
  }
}
