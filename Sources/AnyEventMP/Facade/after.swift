/// Calls `callback` once, after so many seconds, in the context of the port that is running now.
///
/// It cannot be cancelled.
///
/// Corresponds to Perl's `after $seconds, sub { … }`.
public func after(_ seconds: Double, _ callback: @escaping () throws -> Void) {
  Node.current.after(seconds, callback)
}

/// Sends a message once, after so many seconds.
///
/// Corresponds to Perl's `after $seconds, $port, @msg`.
public func after(
  _ seconds: Double, _ port: some PortConvertible, _ message: any MessageConvertible...
) {
  let port = port.portID
  let message = Message(message.map(\.messageValue))
  Node.current.after(seconds) { port.send(message) }
}
