import AnyEvent

/// What every node can be asked for; the global database's requests are a family of their own.
private enum NodeRequest: String {
  case mon1, mon0, kil0, kil1, snd, time, can, devnull, eval
  case status = "x-status"
}

extension Node {
  /// Whether the node answers requests of that name.
  private func supports(_ request: String) -> Bool {
    if configuration?.secure != true {
      if request == NodeRequest.status.rawValue || request == Self.spawnRequest { return true }
      if functions[request] ?? builtIn(request) != nil { return true }
    }
    guard let request = NodeRequest(named: request) else {
      return DatabaseRequest.names.contains(request)
    }
    return request != .status
  }

  /// Does what a message to the node port asks for; what is wrong with it is logged.
  ///
  /// What is relayed to this very port is handled from the loop (`isRelayed`), and from then on without
  /// a copy for each time: a message may be relayed as often as it has room for.
  func handleRequest(
    _ message: UnsafeBufferPointer<Value>, from entry: NodeEntry, isRelayed: Bool = false
  ) {
    var message = message
    do {
      while let relay = try perform(RequestArguments(message: message), for: entry) {
        let rest = relay.rest(of: message)
        guard try RequestArguments(message: message).isNodePort(relay.target, of: id) else {
          return try pass(rest, relay, RequestArguments(message: message).port(relay.target))
        }
        guard isRelayed else {
          return deferRequest(relay.answer.isEmpty ? Array(rest) : rest + relay.answer, from: entry)
        }
        guard relay.answer.isEmpty else {
          throw RequestError("an answer cannot be a request for an answer to this node itself")
        }
        if isTracing { MessageTrace.received(rest, for: "", from: id) }
        message = rest
      }
    } catch {
      let name = RequestArguments(message: message).request
      peerLog.log(
        .error, in: Log.kernel,
        "request \(Value.string(Log.cut(name, to: 60))) of \(entry.id) failed: \(Log.cut("\(error)"))",
        similarTo: "\(entry.id): requests")
    }
  }

  /// Sends a relayed message to a port that is not our node port.
  private func pass(
    _ rest: UnsafeBufferPointer<Value>, _ relay: Relay, _ port: PortID
  ) throws {
    if port.name.isEmpty, Relay.count(in: rest) > Relay.maximum {
      throw RequestError("it is to be relayed more than \(Relay.maximum) times between nodes")
    }
    if relay.answer.isEmpty { return send(rest, to: port.ref) }
    send(rest + relay.answer, to: port)
  }

  /// Does what is asked for; a message that is to be sent on is returned.
  private func perform(_ arguments: RequestArguments, for entry: NodeEntry) throws -> Relay? {
    let name = arguments.request
    if let request = NodeRequest(named: name) {
      return try perform(request, arguments, for: entry)
    }
    try checkName(name, "its name")
    if DatabaseRequest.names.contains(name) {
      try database.handle(Array(arguments.message), from: entry.id)
    } else if name == Self.spawnRequest {
      try spawnRequested(arguments, by: entry)
    } else {
      try function(name, for: entry)(arguments.message)
    }
    return nil
  }

  /// - Throws: ``RequestError`` for a name that is too long to be kept.
  func checkName(_ name: String, _ what: @autoclosure () -> String) throws {
    guard name.utf8.count > nameLimit else { return }
    throw RequestError(
      "\(what()) has \(name.utf8.count) bytes, more than max_name (\(nameLimit)) allows")
  }

  private func perform(
    _ request: NodeRequest, _ arguments: RequestArguments, for entry: NodeEntry
  ) throws -> Relay? {
    switch request {
    case .mon1: perform(.mon1, about: try arguments.portName(1), arguments, for: entry)
    case .mon0: perform(.mon0, about: try arguments.portName(1), arguments, for: entry)
    case .kil0: perform(.kil0, about: try arguments.string(1, "port name"), arguments, for: entry)
    case .kil1:
      let name = try arguments.portName(1)
      guard !name.isEmpty else { throw RequestError("the node port cannot be killed") }
      perform(.kil1, about: name, arguments, for: entry)
    case .snd: return Relay(target: 1)
    case .time: return Relay(target: 1, answer: [.double(loop.time)])
    case .can:
      let answer = supports(try arguments.string(1, "request")) ? "1" : ""
      return Relay(target: 2, answer: [.string(answer)])
    case .devnull: break
    case .eval: return try evaluationRequested(arguments, by: entry)
    case .status: return Relay(target: 1, answer: [try statusRequested(by: entry)])
    }
    return nil
  }

  func send(_ message: [Value], to port: PortID) {
    message.withUnsafeBufferPointer { send($0, to: port.ref) }
  }
}
