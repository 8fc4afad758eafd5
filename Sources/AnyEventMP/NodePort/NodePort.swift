import AnyEvent

/// The node port: handles the requests of other nodes, and of this one.
///
/// The kernel itself handles the requests about ports that come from a link, because there may be
/// thousands of them.
final class NodePort {
  private let kernel: Kernel
  private let peers: Peers
  private let functions: Functions
  private let database: Database
  private let control: NodeControl
  /// Makes the status of the node.
  private let status: () -> Value

  init(
    _ kernel: Kernel, _ peers: Peers, _ functions: Functions, _ database: Database,
    _ control: NodeControl, status: @escaping () -> Value
  ) {
    self.kernel = kernel
    self.peers = peers
    self.functions = functions
    self.database = database
    self.control = control
    self.status = status
  }

  /// Whether the node answers requests of this name.
  private func supports(_ request: String) -> Bool {
    if !peers.isSecure {
      if request == Functions.spawnRequest { return true }
      if functions.isCallable(request) { return true }
    }
    guard let request = NodeRequest(named: request) else {
      return DatabaseRequest.names.contains(request)
    }
    return switch request {
    case .status: !peers.isSecure
    case .reload: control.allowsReload
    case .leave: control.allowsLeave
    default: true
    }
  }

  /// Handles a message to the node port; an error is logged.
  ///
  /// A message that is relayed to this very port is handled from the loop (`isRelayed`), and from
  /// then on in place: a message may contain as many relays as fit into it, and each would cost a
  /// copy.
  func handle(
    _ message: UnsafeBufferPointer<Value>, from sender: NodeEntry, isRelayed: Bool = false
  ) {
    var message = message
    do {
      while let relay = try perform(RequestArguments(message: message), for: sender) {
        let rest = relay.rest(of: message)
        guard try RequestArguments(message: message).isNodePort(relay.target, of: kernel.id) else {
          return try pass(rest, relay, RequestArguments(message: message).port(relay.target))
        }
        guard isRelayed else {
          return kernel.deferRequest(
            relay.answer.isEmpty ? Array(rest) : rest + relay.answer, from: sender)
        }
        guard relay.answer.isEmpty else {
          throw RequestError("an answer cannot be a request for an answer to this node itself")
        }
        if kernel.isTracing { MessageTrace.received(rest, for: "", from: kernel.id) }
        message = rest
      }
    } catch {
      let name = RequestArguments(message: message).request
      kernel.peerLog.log(
        .error, in: Log.kernel,
        "request \(Value.string(Log.cut(name, to: 60)).debugDescription) of \(sender.id) failed: \(Log.cut("\(error)"))",
        similarTo: "\(sender.id): requests")
    }
  }

  /// Sends a relayed message to another port than this node's port.
  private func pass(
    _ rest: UnsafeBufferPointer<Value>, _ relay: Relay, _ port: PortID
  ) throws {
    if port.name.isEmpty, rest.first?.string == Peers.leavingKey {
      throw RequestError.relayedLeaving
    }
    if port.name.isEmpty, Relay.count(in: rest) > Relay.maximum {
      throw RequestError("it is to be relayed more than \(Relay.maximum) times between nodes")
    }
    if relay.answer.isEmpty { return kernel.send(rest, to: port.ref) }
    kernel.send(rest + relay.answer, to: port)
  }

  /// Performs a request; the result is the message to be relayed, if any.
  private func perform(_ arguments: RequestArguments, for sender: NodeEntry) throws -> Relay? {
    let name = arguments.request
    if let request = NodeRequest(named: name) {
      return try perform(request, arguments, for: sender)
    }
    try peers.limits.checkName(name, "its name")
    if DatabaseRequest.names.contains(name) {
      try database.handle(Array(arguments.message), from: sender.id)
    } else if name == Functions.spawnRequest {
      try functions.spawnRequested(arguments, by: sender)
    } else {
      try functions.function(name, for: sender)(arguments.message)
    }
    return nil
  }

  private func perform(
    _ request: NodeRequest, _ arguments: RequestArguments, for sender: NodeEntry
  ) throws -> Relay? {
    switch request {
    case .mon1: perform(.mon1, about: try arguments.portName(1), arguments, for: sender)
    case .mon0: perform(.mon0, about: try arguments.portName(1), arguments, for: sender)
    case .kil0: perform(.kil0, about: try arguments.string(1, "port name"), arguments, for: sender)
    case .kil1:
      let name = try arguments.portName(1)
      guard !name.isEmpty else { throw RequestError("the node port cannot be killed") }
      perform(.kil1, about: name, arguments, for: sender)
    case .snd: return Relay(target: 1)
    case .time: return Relay(target: 1, answer: [.double(kernel.loop.time)])
    case .can:
      let answer = supports(try arguments.string(1, "request")) ? "1" : ""
      return Relay(target: 2, answer: [.string(answer)])
    case .devnull: break
    case .eval: return try evaluationRequested(arguments, by: sender)
    case .status: return Relay(target: 1, answer: [try statusRequested(by: sender)])
    case .reload: return Relay(target: 1, answer: [try control.reload(for: sender)])
    case .leave: return Relay(target: 1, answer: [try control.leave(for: sender)])
    case .leaving:
      let text = arguments.message.count > 1 ? arguments.message[1].string ?? "" : ""
      try peers.hasLeft(sender, Log.cut(text))
    case .back:
      let number = arguments.message.count > 1 ? arguments.message[1].int : nil
      peers.link(to: sender.id)?.roundTrip.answered(number, at: kernel.loop.time)
    }
    return nil
  }

  /// Performs a request about a port; the name may be empty.
  private func perform(
    _ request: PortRequest, about name: String, _ arguments: RequestArguments, for sender: NodeEntry
  ) {
    let rest = UnsafeBufferPointer(rebasing: arguments.message.dropFirst(2))
    var name = name
    name.withUTF8 {
      kernel.perform(request, about: UnsafeRawBufferPointer($0), rest, for: sender)
    }
  }

  /// `x-status` port message…: answers with the node's status, unless the configuration says secure.
  private func statusRequested(by sender: NodeEntry) throws -> Value {
    if peers.isSecure, sender !== kernel.home {
      throw RequestError("other nodes are told nothing: the configuration says secure")
    }
    return status()
  }

  /// `eval` code [port message…]: answers with an error text (empty: none) and the results.
  private func evaluationRequested(_ arguments: RequestArguments, by sender: NodeEntry) throws
    -> Relay?
  {
    let code = try arguments.string(1, "code")
    if peers.isSecure, sender !== kernel.home {
      throw RequestError("nothing is evaluated for other nodes: the configuration says secure")
    }
    var problem = ""
    var results: [Value] = []
    switch Evaluation.answer(to: code, functions) {
    case .values(let values): results = values
    case .error(let text): problem = text
    case .call(let function):
      do {
        try [.string(code)].withUnsafeBufferPointer(function)
        results = [.int(1)]
      } catch {
        problem = "\(error)"
      }
    }
    if arguments.message.count > 2 {
      return Relay(target: 2, answer: [.string(problem)] + results)
    }
    if !problem.isEmpty { throw RequestError(problem) }
    return nil
  }
}

/// The requests that every node answers, besides those of the global database.
private enum NodeRequest: String {
  case mon1, mon0, kil0, kil1, snd, time, can, devnull, eval
  case status = "x-status"
  case reload = "x-reload"
  case leave = "x-leave"
  case leaving = "x-leaving"
  /// As ``RoundTrip/answer``.
  case back = "x-back"
}

/// The function that restarts a program that runs under a supervisor.
package enum RestartFunction {
  /// Perl's name of the function; a program that registers it can be restarted by `aemp restart`.
  package static let name = "AnyEvent::Watchdog::Util::restart"
}
