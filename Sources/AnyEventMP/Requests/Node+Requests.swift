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
      if functions[request] != nil { return true }
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
    case .mon1: try startMonitor(arguments, for: entry)
    case .mon0: try stopMonitor(arguments, for: entry)
    case .kil0: try remotePortDied(arguments, on: entry)
    case .kil1: try killRequested(arguments)
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

  private func startMonitor(_ arguments: RequestArguments, for entry: NodeEntry) throws {
    let name = try arguments.portName(1)
    guard !name.isEmpty, entry.watching[name] == nil else { return }
    guard let port = ports.find(name) else {
      let reason = Self.noSuchPort("\(id)#\(name)")
      return request(entry, [.string("kil0"), .string(name)] + reason)
    }
    entry.watching[name] = add(.node(entry), to: port)
  }

  /// The name may be missing or null, and there need not be a monitor: 2.02 nodes send such requests.
  private func stopMonitor(_ arguments: RequestArguments, for entry: NodeEntry) throws {
    let name = try arguments.portName(1)
    if let token = entry.watching.removeValue(forKey: name) { remove(token) }
  }

  private func remotePortDied(_ arguments: RequestArguments, on entry: NodeEntry) throws {
    let name = try arguments.string(1, "port name")
    guard !name.isEmpty, let monitors = entry.monitors.removeValue(forKey: name) else { return }
    fire(monitors, port: name, arguments.rest(from: 2))
  }

  private func killRequested(_ arguments: RequestArguments) throws {
    let name = try arguments.portName(1)
    guard !name.isEmpty else { throw RequestError("the node port cannot be killed") }
    if let port = ports.find(name) { kill(port, arguments.rest(from: 2)) }
  }
}
