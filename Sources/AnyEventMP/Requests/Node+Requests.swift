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
    guard let request = NodeRequest(rawValue: request) else {
      return DatabaseRequest.names.contains(request)
    }
    return request != .status
  }

  /// Does what a message to the node port asks for; what is wrong with it is logged.
  func handleRequest(_ message: UnsafeBufferPointer<Value>, from entry: NodeEntry) {
    let arguments = RequestArguments(message: message)
    let name = arguments.request
    do {
      if let request = NodeRequest(rawValue: name) {
        try perform(request, arguments, for: entry)
      } else if DatabaseRequest.names.contains(name) {
        try database.handle(Array(message), from: entry.id)
      } else if name == Self.spawnRequest {
        try spawnRequested(arguments, by: entry)
      } else {
        try function(name, for: entry)(message)
      }
    } catch {
      peerLog.log(
        .error, in: Log.kernel,
        "request \(Value.string(Log.cut(name, to: 60))) of \(entry.id) failed: \(Log.cut("\(error)"))",
        similarTo: "\(entry.id): requests")
    }
  }

  private func perform(
    _ request: NodeRequest, _ arguments: RequestArguments, for entry: NodeEntry
  ) throws {
    switch request {
    case .mon1: perform(.mon1, about: try arguments.portName(1), arguments, for: entry)
    case .mon0: perform(.mon0, about: try arguments.portName(1), arguments, for: entry)
    case .kil0: perform(.kil0, about: try arguments.string(1, "port name"), arguments, for: entry)
    case .kil1:
      let name = try arguments.portName(1)
      guard !name.isEmpty else { throw RequestError("the node port cannot be killed") }
      perform(.kil1, about: name, arguments, for: entry)
    case .snd: send(arguments.rest(from: 2), to: try arguments.port(1))
    case .time:
      send(arguments.rest(from: 2) + [.double(loop.time)], to: try arguments.port(1))
    case .can:
      let answer = supports(try arguments.string(1, "request")) ? "1" : ""
      send(arguments.rest(from: 3) + [.string(answer)], to: try arguments.port(2))
    case .devnull: break
    case .eval: try evaluationRequested(arguments, by: entry)
    case .status: try statusRequested(arguments, by: entry)
    }
  }

  func send(_ message: [Value], to port: PortID) {
    message.withUnsafeBufferPointer { send($0, to: port.ref) }
  }
}
