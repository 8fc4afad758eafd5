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

/// Sends the values on the stack; each must be one that was initialised by `fill`.
@inlinable @inline(__always)
func sendTemporary(
  _ port: PortID, count: Int, _ fill: (UnsafeMutablePointer<Value>) -> Void
) {
  withUnsafeTemporaryAllocation(of: Value.self, capacity: count) { values in
    guard let base = values.baseAddress else { return }
    fill(base)
    transmit(port, UnsafeBufferPointer(values))
    base.deinitialize(count: count)
  }
}

/// Sends a message of one value.
@inlinable
public func snd<P: PortConvertible, A: MessageConvertible>(_ port: P, _ a: A) {
  sendTemporary(port.portID, count: 1) {
    $0.initialize(to: a.messageValue)
  }
}

/// Sends a message of two values.
///
/// Corresponds to Perl's `snd $port, tag => $value`.
@inlinable
public func snd<
  P: PortConvertible, A: MessageConvertible, B: MessageConvertible
>(_ port: P, _ a: A, _ b: B) {
  sendTemporary(port.portID, count: 2) {
    $0.initialize(to: a.messageValue)
    ($0 + 1).initialize(to: b.messageValue)
  }
}

/// Sends a message of three values.
@inlinable
public func snd<
  P: PortConvertible, A: MessageConvertible, B: MessageConvertible, C: MessageConvertible
>(_ port: P, _ a: A, _ b: B, _ c: C) {
  sendTemporary(port.portID, count: 3) {
    $0.initialize(to: a.messageValue)
    ($0 + 1).initialize(to: b.messageValue)
    ($0 + 2).initialize(to: c.messageValue)
  }
}

/// Sends a message of four values.
@inlinable
public func snd<
  P: PortConvertible, A: MessageConvertible, B: MessageConvertible, C: MessageConvertible,
  D: MessageConvertible
>(_ port: P, _ a: A, _ b: B, _ c: C, _ d: D) {
  sendTemporary(port.portID, count: 4) {
    $0.initialize(to: a.messageValue)
    ($0 + 1).initialize(to: b.messageValue)
    ($0 + 2).initialize(to: c.messageValue)
    ($0 + 3).initialize(to: d.messageValue)
  }
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
  sendTemporary(port.portID, count: 1) {
    $0.initialize(to: a.messageValue)
  }
}

/// Sends a message of two values, the last of them a literal of mixed types.
@_disfavoredOverload @inlinable
public func snd<P: PortConvertible, A: MessageConvertible>(_ port: P, _ a: A, _ b: Value) {
  sendTemporary(port.portID, count: 2) {
    $0.initialize(to: a.messageValue)
    ($0 + 1).initialize(to: b.messageValue)
  }
}

/// Sends a message of three values, the last of them a literal of mixed types.
@_disfavoredOverload @inlinable
public func snd<
  P: PortConvertible, A: MessageConvertible, B: MessageConvertible
>(_ port: P, _ a: A, _ b: B, _ c: Value) {
  sendTemporary(port.portID, count: 3) {
    $0.initialize(to: a.messageValue)
    ($0 + 1).initialize(to: b.messageValue)
    ($0 + 2).initialize(to: c.messageValue)
  }
}

/// Sends a message of four values, the last of them a literal of mixed types.
@_disfavoredOverload @inlinable
public func snd<
  P: PortConvertible, A: MessageConvertible, B: MessageConvertible, C: MessageConvertible
>(_ port: P, _ a: A, _ b: B, _ c: C, _ d: Value) {
  sendTemporary(port.portID, count: 4) {
    $0.initialize(to: a.messageValue)
    ($0 + 1).initialize(to: b.messageValue)
    ($0 + 2).initialize(to: c.messageValue)
    ($0 + 3).initialize(to: d.messageValue)
  }
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
public func snd(_ port: some PortConvertible, _ tag: String, _ values: [String: Any]) {}
