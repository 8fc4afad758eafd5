public import AnyEvent

// `mon` in its four forms, each twice: as a statement it makes a monitor that stays; where a
// `Guard` is expected, the monitor ends with the guard: `let guardian: Guard = mon(port, other)`.

/// Calls `callback` once with the reason when a port is killed or messages to it may be lost.
///
/// No reason means a normal end. The callback runs as part of the port that is running now.
///
/// Corresponds to Perl's `mon $port, sub { … }`.
public func mon(
  _ port: some PortConvertible, _ callback: @escaping (_ reason: Message) throws -> Void
) {
  Node.current.monitor(port.portID, callback)
}

/// Calls `callback` once when a port is killed or messages to it may be lost, while the guard lives.
@_disfavoredOverload
public func mon(
  _ port: some PortConvertible, _ callback: @escaping (_ reason: Message) throws -> Void
) -> Guard {
  Node.current.monitor(port.portID, callback).guardian
}

/// Calls `callback` once when a port is killed or messages to it may be lost, whatever the reason.
public func mon(_ port: some PortConvertible, _ callback: @escaping () throws -> Void) {
  Node.current.monitor(port.portID) { _ in try callback() }
}

/// Calls `callback` once when a port is killed or messages to it may be lost, while the guard lives.
@_disfavoredOverload
public func mon(_ port: some PortConvertible, _ callback: @escaping () throws -> Void) -> Guard {
  Node.current.monitor(port.portID) { _ in try callback() }.guardian
}

/// Kills another port with the same reason when a port is killed with a reason.
///
/// Corresponds to Perl's `mon $port, $otherport`.
public func mon(_ port: some PortConvertible, _ other: some PortConvertible) {
  Node.current.monitor(port.portID, killing: other.portID)
}

/// Kills another port when a port is killed with a reason, while the guard lives.
@_disfavoredOverload
public func mon(_ port: some PortConvertible, _ other: some PortConvertible) -> Guard {
  Node.current.monitor(port.portID, killing: other.portID).guardian
}

/// Kills the running port when another port is killed with a reason.
///
/// Outside of a port's callback it only logs a line.
///
/// Corresponds to Perl's `mon $port`.
public func mon(_ port: some PortConvertible) {
  Node.current.monitorForRunningPort(port.portID)
}

/// Kills the running port when another port is killed with a reason, while the guard lives.
@_disfavoredOverload
public func mon(_ port: some PortConvertible) -> Guard {
  Node.current.monitorForRunningPort(port.portID)?.guardian ?? Guard {}
}

/// Sends a message, these values and then the reason, when a port is killed.
///
/// Corresponds to Perl's `mon $port, $otherport, @msg`.
public func mon(
  _ port: some PortConvertible, _ other: some PortConvertible, _ first: (any MessageConvertible)?,
  _ more: (any MessageConvertible)?...
) {
  Node.current.monitor(
    port.portID, sending: Message(Value.list([first] + more)), to: other.portID)
}

/// Sends a message when a port is killed, while the guard lives.
@_disfavoredOverload
public func mon(
  _ port: some PortConvertible, _ other: some PortConvertible, _ first: (any MessageConvertible)?,
  _ more: (any MessageConvertible)?...
) -> Guard {
  Node.current.monitor(
    port.portID, sending: Message(Value.list([first] + more)), to: other.portID
  ).guardian
}

/// Keeps references until a port is killed: timers, guards and watchers that belong to it.
///
/// Corresponds to Perl's `mon_guard`.
public func mon_guard(_ port: some PortConvertible, _ references: Any...) {
  Node.current.keep(references, until: port.portID)
}

/// Keeps references until a port is killed or the guard goes.
@_disfavoredOverload
public func mon_guard(_ port: some PortConvertible, _ references: Any...) -> Guard {
  Node.current.keep(references, until: port.portID).guardian
}

extension Node {
  /// Keeps references until the monitor on the port fires.
  @discardableResult
  fileprivate func keep(_ references: [Any], until port: PortID) -> Subscription {
    monitor(port) { _ in withExtendedLifetime(references) {} }
  }
}
