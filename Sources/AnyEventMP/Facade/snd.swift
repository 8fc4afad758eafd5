// `snd` by its number of arguments: a fixed number builds the message on the stack, without a
// parameter pack's lookup of type metadata. The forms that end in a `Value` take what only a literal of
// mixed types can be; they are disfavoured, so that typed arguments never go that way.

/// Sends a message; the first value is the port that gets the others.
///
/// Corresponds to Perl's `snd @msg_with_port_first`.
public func snd(_ message: Message) {
  guard let first = message.first else { return }
  message.values[1...].withUnsafeBufferPointer { transmit(first.portID, $0) }
}

/// Sends an empty message.
public func snd(_ port: some PortConvertible) {
  transmit(port.portID, UnsafeBufferPointer(start: nil, count: 0))
}

/// Sends a message that lies on the stack as a tuple of so many values.
///
/// A tuple of values is laid out as an array of them, and the compiler sees what it must release.
@inlinable @inline(__always)
func sendTuple<Values>(_ port: PortID, _ values: Values, count: Int) {
  withUnsafeBytes(of: values) {
    transmit(
      port,
      UnsafeBufferPointer(
        start: $0.baseAddress?.assumingMemoryBound(to: Value.self), count: count))
  }
}

/// Sends a message of one value.
@inlinable
public func snd<P: PortConvertible, A: MessageConvertible>(_ port: P, _ a: A) {
  sendTuple(port.portID, a.messageValue, count: 1)
}

/// Sends a message of two values.
///
/// Corresponds to Perl's `snd $port, tag => $value`.
@inlinable
public func snd<
  P: PortConvertible, A: MessageConvertible, B: MessageConvertible
>(_ port: P, _ a: A, _ b: B) {
  sendTuple(port.portID, (a.messageValue, b.messageValue), count: 2)
}

/// Sends a message of three values.
@inlinable
public func snd<
  P: PortConvertible, A: MessageConvertible, B: MessageConvertible, C: MessageConvertible
>(_ port: P, _ a: A, _ b: B, _ c: C) {
  sendTuple(port.portID, (a.messageValue, b.messageValue, c.messageValue), count: 3)
}

/// Sends a message of four values.
@inlinable
public func snd<
  P: PortConvertible, A: MessageConvertible, B: MessageConvertible, C: MessageConvertible,
  D: MessageConvertible
>(_ port: P, _ a: A, _ b: B, _ c: C, _ d: D) {
  sendTuple(port.portID, (a.messageValue, b.messageValue, c.messageValue, d.messageValue), count: 4)
}

/// Sends a message of more than four values.
@inlinable
public func snd<
  P: PortConvertible, A: MessageConvertible, B: MessageConvertible, C: MessageConvertible,
  D: MessageConvertible, E: MessageConvertible, each More: MessageConvertible
>(_ port: P, _ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ more: repeat each More) {
  var values = [
    a.messageValue, b.messageValue, c.messageValue, d.messageValue, e.messageValue,
  ]
  for value in repeat each more { values.append(value.messageValue) }
  values.withUnsafeBufferPointer { transmit(port.portID, $0) }
}

/// Sends a message of one value, the last of them a literal of mixed types.
@_disfavoredOverload @inlinable
public func snd<P: PortConvertible>(_ port: P, _ a: Value) {
  sendTuple(port.portID, a.messageValue, count: 1)
}

/// Sends a message of two values, the last of them a literal of mixed types.
@_disfavoredOverload @inlinable
public func snd<P: PortConvertible, A: MessageConvertible>(_ port: P, _ a: A, _ b: Value) {
  sendTuple(port.portID, (a.messageValue, b.messageValue), count: 2)
}

/// Sends a message of three values, the last of them a literal of mixed types.
@_disfavoredOverload @inlinable
public func snd<
  P: PortConvertible, A: MessageConvertible, B: MessageConvertible
>(_ port: P, _ a: A, _ b: B, _ c: Value) {
  sendTuple(port.portID, (a.messageValue, b.messageValue, c.messageValue), count: 3)
}

/// Sends a message of four values, the last of them a literal of mixed types.
@_disfavoredOverload @inlinable
public func snd<
  P: PortConvertible, A: MessageConvertible, B: MessageConvertible, C: MessageConvertible
>(_ port: P, _ a: A, _ b: B, _ c: C, _ d: Value) {
  sendTuple(port.portID, (a.messageValue, b.messageValue, c.messageValue, d.messageValue), count: 4)
}

/// Explains what to write instead.
@available(
  *, unavailable,
  message:
    "a literal of mixed types must be the last argument, or be written `[…] as Value`; wrap variables in it: Value(x)"
)
@_disfavoredOverload
public func snd(_ port: some PortConvertible, _ tag: String, _ values: [Any]) {}

/// Explains what to write instead.
@available(
  *, unavailable,
  message:
    "a literal of mixed types must be the last argument, or be written `[…] as Value`; wrap variables in it: Value(x)"
)
@_disfavoredOverload
public func snd(
  _ port: some PortConvertible, _ tag: String,
  _ values: [String: Any]  // String keys: never called
) {}
