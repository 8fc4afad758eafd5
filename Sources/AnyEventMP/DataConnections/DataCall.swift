import AnyEvent

/// What a node sends to have a function called with a data connection: id, port, seconds, function,
/// arguments….
struct DataCall {
  /// Which connection it is.
  let id: String
  /// The port that is killed when there will be none.
  let port: PortID
  /// How long it may take.
  let seconds: Double
  /// The node that asks.
  let source: String
  private let name: String
  private let arguments: [Value]
  private unowned let connections: DataConnections

  init(_ call: UnsafeBufferPointer<Value>, _ connections: DataConnections) throws {
    let request = RequestArguments(message: call)
    id = try request.string(1, "id")
    port = try request.port(2)
    guard !port.name.isEmpty else { throw RequestError("argument 2 (port) names no port") }
    guard call.count > 3, let seconds = call[3].double, seconds >= 0 else {
      throw RequestError("argument 3 (time) is no number of seconds")
    }
    self.seconds = min(seconds, DataConnections.maximumTime)
    name = try request.string(4, "function")
    arguments = request.rest(from: 5)
    source = connections.kernel.source?.id ?? connections.kernel.id
    self.connections = connections
  }

  /// The function, if there is one and its arguments are few enough to wait.
  func function() throws -> DataFunctions.Function {
    guard let function = connections.functions[name] else {
      let shown = Value.string(Log.cut(name, to: 60))
      throw RequestError("no function for data connections is registered by the name \(shown)")
    }
    guard DeferredWork.bytes(of: arguments) <= DataConnections.maximumArguments else {
      throw RequestError(
        "the arguments take more than \(DataConnections.maximumArguments) bytes: send them later")
    }
    return function
  }

  /// Does what may be refused; who asked is told why before it is logged here.
  func reportingFailure(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch {
      kill("\(error)")
      throw error
    }
  }

  /// Calls the function with the arguments and the connection.
  func run(_ function: DataFunctions.Function, _ handle: Handle) {
    connections.run(function, [.string(name)] + arguments, handle, from: source)
  }

  /// There will be no connection.
  func kill(_ reason: String) {
    connections.kernel.kill(port, reason: [.string(DataConnections.reason), .string(reason)])
  }
}
