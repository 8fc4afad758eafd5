public import AnyEvent

extension Node {
  /// Makes a connection of its own to another node, for bulk data or another protocol.
  ///
  /// Messages between two nodes share one connection and keep their order, so a message of 50 MB delays
  /// all that are sent after it. What is large goes by a data connection: a ``Handle`` at each end, on
  /// which both say what they like, with the pressure of a stream (`on_drain`, `low_water_mark`) and
  /// without any limit on its length. It goes to the same listener as the connections between the nodes,
  /// and is authenticated and encrypted as they are; one of the two nodes must have `binds`.
  ///
  /// When it is there, the function that the other node has registered by that name
  /// (``DataConn/sub(_:_:)``) is called there with the arguments and the handle, and `callback` here with
  /// the other end. Nothing is read from either before somebody wants it. Set `on_error` at once. When
  /// the last reference to a handle goes, the connection ends. To this very node it is a pair of
  /// sockets. If it cannot be made, nothing is called on the other node, and `callback` is told why;
  /// nothing is called when the port that is running now dies before. The loop's thread only.
  ///
  /// Corresponds to Perl's `AnyEvent::MP::DataConn::connect_to`; with a node of AnyEvent::MP 2.02 only this
  /// direction works.
  ///
  /// - Parameters:
  ///   - node: the other node's id.
  ///   - seconds: how long it may take, at least four round trips; an hour at most.
  ///   - function: the name of a function there.
  ///   - arguments: what it is called with, less than 64 KiB.
  ///   - callback: called once, as part of the port that is running now.
  public func connectData(
    to node: String, within seconds: Double, function: String, _ arguments: [Value] = [],
    _ callback: @escaping (_ result: Result<Handle, DataConnectionError>) throws -> Void
  ) {
    loop.preconditionOnLoop()
    let time = seconds > 0 ? min(seconds, DataConnections.maximumTime) : 0
    dataConnections.start(
      DataRequest(
        dataConnections, to: node, within: time, function: function, arguments, callback))
  }

  /// Registers a function that other nodes may have called with a data connection, by the name that they
  /// give to ``connectData(to:within:function:_:_:)``.
  ///
  /// What it throws is logged and ends the connection. The loop's thread only.
  public func registerDataFunction(
    _ name: String,
    _ function: @escaping (_ arguments: Message, _ handle: Handle) throws -> Void
  ) {
    setDataFunction(name) { try function(Message(behindTagOf: $0), $1) }
  }

  /// The same for a function that gets the name before the arguments.
  func setDataFunction(
    _ name: String, _ function: @escaping (UnsafeBufferPointer<Value>, Handle) throws -> Void
  ) {
    loop.preconditionOnLoop()
    let old = dataConnections.functions[name]
    dataConnections.functions[name] = DataFunctions.Function(call: function)
    withExtendedLifetime(old) {}
  }

  /// The same; a failure kills the port that is running now, or is logged when none is.
  func connectData(
    _ node: String, _ seconds: Double, _ function: String, _ arguments: [Value],
    _ callback: @escaping (Handle) throws -> Void
  ) {
    let caller = kernel.running.map { PortID($0.takeUnretainedValue()) }
    connectData(to: node, within: seconds, function: function, arguments) { [unowned self] result in
      switch result {
      case .success(let handle): try callback(handle)
      case .failure(let error):
        guard let caller else {
          let text = "data connection to \(Log.cut(node, to: 60)): \(error)"
          AE.log(.error, in: Log.kernel, text)
          return
        }
        kernel.kill(
          caller, reason: [.string(DataConnections.reason), .string(error.description)])
      }
    }
  }
}
