internal import AEValue
import AnyEvent

// Sending by the number of values: a fixed number builds the message on the stack, without a parameter
// pack's look-up of type metadata. The forms that end in a `Value` take what only a literal of mixed types
// can be; they are disfavoured, so that typed arguments never go that way.

/// Sends a message to a port, with the current node.
@usableFromInline
func transmit(_ port: PortID, _ message: UnsafeBufferPointer<Value>) {
  Node.currentKernel._withUnsafeGuaranteedRef { $0.send(message, to: port.ref) }
}

/// Calls `body` with the values of a tuple of so many as they lie on the stack.
///
/// A tuple of values is laid out as an array of them, and the compiler sees what it must release.
@inlinable @inline(__always)
func withTuple<Values>(
  _ values: Values, count: Int, _ body: (UnsafeBufferPointer<Value>) -> Void
) {
  withUnsafeBytes(of: values) {
    body(
      UnsafeBufferPointer(
        start: $0.baseAddress?.assumingMemoryBound(to: Value.self), count: count))
  }
}

/// Calls `body` with more values than are usual, as an array of them.
@inlinable
func withValues<
  A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, D: MessageConvertible,
  E: MessageConvertible, each More: MessageConvertible
>(
  _ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ more: repeat each More,
  body: (UnsafeBufferPointer<Value>) -> Void
) {
  var values = [
    a.messageValue, b.messageValue, c.messageValue, d.messageValue, e.messageValue,
  ]
  for value in repeat each more { values.append(value.messageValue) }
  values.withUnsafeBufferPointer(body)
}

extension PortID {
  /// Sends a message to the port, with the current node: that whose callback is running, or which
  /// ``Node/run(_:)`` binds.
  ///
  /// To an own port that means mostly that its callback is called right away. What cannot be sent kills
  /// the port that sends it. Corresponds to Perl's `snd`.
  public func send(_ message: Message) {
    message.values.withUnsafeBufferPointer { transmit(self, $0) }
  }

  /// Sends an empty message.
  public func send() {
    transmit(self, UnsafeBufferPointer(start: nil, count: 0))
  }

  /// Sends a message of one value.
  @inlinable
  public func send<A: MessageConvertible>(_ a: A) {
    withTuple(a.messageValue, count: 1) { transmit(self, $0) }
  }

  /// Sends a message of two values.
  @inlinable
  public func send<A: MessageConvertible, B: MessageConvertible>(_ a: A, _ b: B) {
    withTuple((a.messageValue, b.messageValue), count: 2) { transmit(self, $0) }
  }

  /// Sends a message of three values.
  @inlinable
  public func send<A: MessageConvertible, B: MessageConvertible, C: MessageConvertible>(
    _ a: A, _ b: B, _ c: C
  ) {
    withTuple((a.messageValue, b.messageValue, c.messageValue), count: 3) { transmit(self, $0) }
  }

  /// Sends a message of four values.
  @inlinable
  public func send<
    A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, D: MessageConvertible
  >(_ a: A, _ b: B, _ c: C, _ d: D) {
    withTuple((a.messageValue, b.messageValue, c.messageValue, d.messageValue), count: 4) {
      transmit(self, $0)
    }
  }

  /// Sends a message of more than four values.
  @inlinable
  public func send<
    A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, D: MessageConvertible,
    E: MessageConvertible, each More: MessageConvertible
  >(_ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ more: repeat each More) {
    withValues(a, b, c, d, e, repeat each more) { transmit(self, $0) }
  }

  /// Sends a message of one value, the last of them a literal of mixed types.
  @_disfavoredOverload @inlinable
  public func send(_ a: Value) {
    withTuple(a.messageValue, count: 1) { transmit(self, $0) }
  }

  /// Sends a message of two values, the last of them a literal of mixed types.
  @_disfavoredOverload @inlinable
  public func send<A: MessageConvertible>(_ a: A, _ b: Value) {
    withTuple((a.messageValue, b.messageValue), count: 2) { transmit(self, $0) }
  }

  /// Sends a message of three values, the last of them a literal of mixed types.
  @_disfavoredOverload @inlinable
  public func send<A: MessageConvertible, B: MessageConvertible>(_ a: A, _ b: B, _ c: Value) {
    withTuple((a.messageValue, b.messageValue, c.messageValue), count: 3) { transmit(self, $0) }
  }

  /// Sends a message of four values, the last of them a literal of mixed types.
  @_disfavoredOverload @inlinable
  public func send<A: MessageConvertible, B: MessageConvertible, C: MessageConvertible>(
    _ a: A, _ b: B, _ c: C, _ d: Value
  ) {
    withTuple((a.messageValue, b.messageValue, c.messageValue, d.messageValue), count: 4) {
      transmit(self, $0)
    }
  }
}
