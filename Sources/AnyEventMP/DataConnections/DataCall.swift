import AnyEvent

/// The arguments of the request for a function with a data connection: id, port, seconds, function, arguments….
struct DataCall {
  /// The id of the connection.
  let id: String
  /// The port to kill when there will be no connection.
  let port: PortID
  /// The time for the connection to arrive, in seconds.
  let seconds: Double
  /// The node that sent the request.
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

  /// The function, if it exists and the memory of its arguments is within the limit.
  func function() throws -> DataFunctions.Function {
    guard let function = connections.dataFunctions[name] else {
      let shown = Value.string(Log.cut(name, to: 60)).debugDescription
      throw RequestError("no function for data connections is registered by the name \(shown)")
    }
    guard DeferredWork.bytes(of: arguments) <= DataConnections.maximumArguments else {
      throw RequestError(
        "the arguments take more than \(DataConnections.maximumArguments) bytes: send them later")
    }
    return function
  }

  /// Runs `body`; an error kills the requester's port with its reason, and is thrown to be logged here.
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

  /// Tells the requester that there will be no connection.
  func kill(_ reason: String) {
    connections.kernel.kill(port, reason: [.string(DataConnections.reason), .string(reason)])
  }
}

/// The functions that can be called by name with a data connection.
struct DataFunctions {
  /// A structure around a closure, like the callbacks of ports.
  struct Function {
    /// Gets the name and the arguments, as a message, and the connection.
    let call: (UnsafeBufferPointer<Value>, Handle) throws -> Void
  }

  private var functions: TextDictionary<Function> = [:]

  /// The function with this name; `::name` and `name` are functions of the main program.
  subscript(name: String) -> Function? {
    get { functions[FunctionTable.fullName(name)] }
    set { functions[FunctionTable.fullName(name)] = newValue }
  }
}

/// The reason why there is no data connection.
public struct DataConnectionError: Error, CustomStringConvertible {
  /// A sentence without a full stop that says what is wrong.
  public let description: String
  /// Whether the other node listens nowhere.
  let isWithoutListeners: Bool

  init(_ description: String, isWithoutListeners: Bool = false) {
    self.description = description
    self.isWithoutListeners = isWithoutListeners
  }

  static func noListeners(_ node: String) -> DataConnectionError {
    DataConnectionError(
      "\(node) is not known to listen anywhere: one of the two nodes needs binds",
      isWithoutListeners: true)
  }
}
