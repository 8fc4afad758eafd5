package import AnyEvent

/// How a node reaches others: by real sockets, or by a simulated network.
package protocol NodeNetwork: AnyObject {
  /// Listens on a numeric address; port 0 is any free one.
  ///
  /// `accepted` gets each connection and the `host:port` that it comes from. `makeRoom` is called
  /// when the process has no descriptor left for one, and says whether it has closed another.
  func listen(
    on host: String, port: UInt16, makeRoom: @escaping () -> Bool,
    accepted: @escaping (StreamConnection, String) -> Void
  ) throws -> any NodeListener

  /// Connects to a host, by name or number, trying each of its addresses for so many seconds.
  ///
  /// `done` is called once, from the loop, with the connection and the `host:port` of the other end.
  /// Dropping the result gives the attempt up without a call.
  func connect(
    to host: String, port: String, timeLimit: Double,
    _ done: @escaping (Result<(StreamConnection, String), SocketError>) -> Void
  ) -> Guard
}

/// A place where a node listens.
package protocol NodeListener: AnyObject {
  /// `host:port`, with the port really used.
  var address: String { get }
  /// Stops listening; accepted connections stay.
  func close()
}
