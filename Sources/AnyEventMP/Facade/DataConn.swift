public import AnyEvent

/// Data connections between nodes, for bulk data that must not delay messages.
///
/// Corresponds to Perl's `AnyEvent::MP::DataConn`.
///
/// On one node:
///
///     DataConn.sub("MyApp::receive") { (name: String, handle: Handle) in
///       handle.on_error = { handle, _, message in print(message) }
///       handle.push_read(.netstring) { handle, bytes in print(name, bytes.count) }
///     }
///
/// On another:
///
///     DataConn.connect_to(node, 10, "MyApp::receive", "picture") { handle in
///       handle.on_error = { handle, _, message in print(message) }
///       handle.push_write(.netstring, picture)
///       handle.push_shutdown()
///     }
public enum DataConn {
  /// Makes a data connection to a node, within `timeout` seconds, and calls a function there.
  ///
  /// The function gets the arguments and the handle of its end, `callback` the handle of this end;
  /// each side keeps its handle to keep the connection. A failure kills the running port with the
  /// reason `AnyEvent::MP::DataConn` and a sentence; outside of a port it is logged. See
  /// ``Node/connectData(to:within:function:_:_:)`` for its uses, and for a callback that gets the
  /// failure.
  ///
  /// Corresponds to Perl's `AnyEvent::MP::DataConn::connect_to`.
  public static func connect_to(
    _ other: some PortConvertible, _ timeout: Double, _ function: String,
    _ arguments: (any MessageConvertible)?...,
    callback: @escaping (_ handle: Handle) throws -> Void
  ) {
    let node = Node.current
    let other = node_of(other)
    let caller = node.runningPort
    node.connectData(
      to: other, within: timeout, function: function, Value.list(arguments)
    ) { [unowned node] result in
      switch result {
      case .success(let handle):
        try callback(handle)
      case .failure(let error) where caller.name.isEmpty:
        let text = "data connection to \(other.prefix(60)): \(error)"
        AE.log(.error, in: LogContext("AnyEvent::MP::Kernel"), text)
      case .failure(let error):
        node.kill(caller, "AnyEvent::MP::DataConn", error.description)
      }
    }
  }

  /// Registers a function for data connections of other nodes, under the name that Perl would use.
  ///
  /// An error that it throws is logged and ends the connection. Corresponds to the function that
  /// Perl's `connect_to` names.
  public static func sub(_ name: String, _ function: @escaping (_ handle: Handle) throws -> Void) {
    Node.current.registerDataFunction(name) { (_: Message, handle) in try function(handle) }
  }

  /// Registers a function that gets all its arguments as a message.
  @_disfavoredOverload
  public static func sub(
    _ name: String, _ function: @escaping (_ arguments: Message, _ handle: Handle) throws -> Void
  ) {
    Node.current.registerDataFunction(name, function)
  }

  /// Registers a function with one argument before the handle; the argument is converted as Perl would.
  public static func sub<A: MessageConvertible>(
    _ name: String, _ function: @escaping (A, _ handle: Handle) throws -> Void
  ) {
    Node.current.registerDataFunction(name, function)
  }

  /// Registers a function with two arguments before the handle.
  public static func sub<A: MessageConvertible, B: MessageConvertible>(
    _ name: String, _ function: @escaping (A, B, _ handle: Handle) throws -> Void
  ) {
    Node.current.registerDataFunction(name, function)
  }

  /// Registers a function with three arguments before the handle.
  public static func sub<A: MessageConvertible, B: MessageConvertible, C: MessageConvertible>(
    _ name: String, _ function: @escaping (A, B, C, _ handle: Handle) throws -> Void
  ) {
    Node.current.registerDataFunction(name, function)
  }
}
