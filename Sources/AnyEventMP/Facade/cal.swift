// `cal` by what its callback takes of the reply: all of it, or so many typed values.

/// Sends a message with a reply port added at its end, and calls back with the reply.
///
/// With a time-out (s) the callback gets an empty message when it is over; without one, when the port
/// that was asked is killed or its node lost. The reply port is made for this call.
///
/// Corresponds to Perl's `cal`.
@_disfavoredOverload @discardableResult
public func cal(
  _ port: some PortConvertible, _ message: any MessageConvertible..., timeout: Double? = nil,
  _ callback: @escaping (_ reply: Message) throws -> Void
) -> PortID {
  Node.current.call(port.portID, message.map(\.messageValue), timeout: timeout, callback)
}

/// Sends a message with a reply port added at its end, and calls back when the reply is there, or
/// when there will be none.
@discardableResult
public func cal(
  _ port: some PortConvertible, _ message: any MessageConvertible..., timeout: Double? = nil,
  _ callback: @escaping () throws -> Void
) -> PortID {
  Node.current.call(port.portID, message.map(\.messageValue), timeout: timeout) { _ in
    try callback()
  }
}

/// Sends a message with a reply port added at its end, and calls back with the first value of the
/// reply.
///
/// An optional type is nil when there is no reply; with another type that is an error.
@discardableResult
public func cal<A: MessageConvertible>(
  _ port: some PortConvertible, _ message: any MessageConvertible..., timeout: Double? = nil,
  _ callback: @escaping (A) throws -> Void
) -> PortID {
  Node.current.call(port.portID, message.map(\.messageValue), timeout: timeout) { reply in
    try reply.values.withUnsafeBufferPointer { try callback(argument($0, 0, as: A.self)) }
  }
}

/// Sends a message with a reply port added at its end, and calls back with the values of the reply.
@discardableResult
public func cal<A: MessageConvertible, B: MessageConvertible, each More: MessageConvertible>(
  _ port: some PortConvertible, _ message: any MessageConvertible..., timeout: Double? = nil,
  _ callback: @escaping (A, B, repeat each More) throws -> Void
) -> PortID {
  Node.current.call(port.portID, message.map(\.messageValue), timeout: timeout) { reply in
    try reply.values.withUnsafeBufferPointer { values in
      var index = 1
      func next<T: MessageConvertible>(_ type: T.Type) throws -> T {
        index += 1
        return try argument(values, index, as: type)
      }
      try callback(
        argument(values, 0, as: A.self), argument(values, 1, as: B.self),
        repeat next((each More).self))
    }
  }
}
