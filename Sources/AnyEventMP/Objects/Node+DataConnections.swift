public import AnyEvent

extension Node {
  /// Makes a data connection to another node, for bulk data or another protocol.
  ///
  /// Messages between two nodes share one connection and keep their order, so a message of 50 MB
  /// delays all later ones. Large data should go by a data connection: a `Handle` at each end,
  /// with a protocol of the program's choice, with the pressure of a stream (`on_drain`,
  /// `low_water_mark`) and without any limit on its length. It goes to the same listener as the
  /// connections between the nodes, and is authenticated and encrypted like them; one of the two
  /// nodes must have `binds`.
  ///
  /// When it is made, the function that the other node has registered by that name
  /// (`DataConn.sub`) is called there with the arguments and one handle, and `callback`
  /// here with the other handle. No data is read before the program asks for it. Set `on_error` at
  /// once. When the last reference to a handle is dropped, the connection ends. To this very node
  /// it is a pair of sockets. If it cannot be made, the other node calls nothing, and `callback`
  /// gets the reason. If the running port dies before, `callback` is not called. To be called on
  /// the loop's thread.
  ///
  /// Corresponds to Perl's `AnyEvent::MP::DataConn::connect_to`; with a node of AnyEvent::MP 2.02
  /// only this direction works.
  ///
  /// - Parameters:
  ///   - node: the other node's id.
  ///   - seconds: the time for making it, at least four round trips; an hour at most.
  ///   - function: the name of a function on the other node.
  ///   - arguments: the arguments of the function, less than 64 KiB.
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

  /// Registers a function for data connections of other nodes.
  ///
  /// They name it in ``connectData(to:within:function:_:_:)``. An error that it throws is logged
  /// and ends the connection. To be called on the loop's thread.
  @_disfavoredOverload
  public func registerDataFunction(
    _ name: String,
    _ function: @escaping (_ arguments: Message, _ handle: Handle) throws -> Void
  ) {
    setDataFunction(name) { try function(Message(behindTagOf: $0), $1) }
  }

  /// Registers a function with one argument before the handle; the argument is converted as Perl would.
  public func registerDataFunction<A: MessageConvertible>(
    _ name: String, _ function: @escaping (A, _ handle: Handle) throws -> Void
  ) {
    setDataFunction(name) { try function(argument($0, 1, as: A.self), $1) }
  }

  /// Registers a function with two arguments before the handle.
  public func registerDataFunction<A: MessageConvertible, B: MessageConvertible>(
    _ name: String, _ function: @escaping (A, B, _ handle: Handle) throws -> Void
  ) {
    setDataFunction(name) {
      try function(argument($0, 1, as: A.self), argument($0, 2, as: B.self), $1)
    }
  }

  /// Registers a function with three arguments before the handle.
  public func registerDataFunction<
    A: MessageConvertible, B: MessageConvertible, C: MessageConvertible
  >(
    _ name: String, _ function: @escaping (A, B, C, _ handle: Handle) throws -> Void
  ) {
    setDataFunction(name) {
      try function(
        argument($0, 1, as: A.self), argument($0, 2, as: B.self), argument($0, 3, as: C.self), $1)
    }
  }

  /// Registers a function that gets the name before the arguments.
  private func setDataFunction(
    _ name: String, _ function: @escaping (UnsafeBufferPointer<Value>, Handle) throws -> Void
  ) {
    loop.preconditionOnLoop()
    let old = dataConnections.dataFunctions[name]
    dataConnections.dataFunctions[name] = DataFunctions.Function(call: function)
    withExtendedLifetime(old) {}
  }
}
