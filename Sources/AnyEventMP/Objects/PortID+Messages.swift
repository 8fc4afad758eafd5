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

// What a port of this node does with messages. Calling these for a port of another node is a mistake of
// the program and stops it; a port that has died is none, and gets a line in the log. They act with the
// current node, like all that is called on a ``PortID``.

extension PortID {
  /// Sets the callback for messages that no tag's callback takes, which gets the whole message.
  ///
  /// Without one, such a message kills the port. Corresponds to Perl's `rcv $port, sub { … }`.
  @_disfavoredOverload @discardableResult
  public func receive(_ callback: @escaping (Message) throws -> Void) -> PortID {
    setFallback { try callback(Message($0, dropping: 0)) }
  }

  /// Sets the callback for messages that no tag's callback takes.
  @discardableResult
  public func receive(_ callback: @escaping () throws -> Void) -> PortID {
    setFallback { _ in try callback() }
  }

  /// Sets or replaces the callbacks for several tags.
  ///
  /// Corresponds to Perl's `rcv $port, a => sub { … }, b => sub { … }`.
  @discardableResult
  public func receive(_ receivers: Receiver...) -> PortID {
    receive(receivers)
  }

  /// The same with a list of them.
  @discardableResult
  public func receive(_ receivers: [Receiver]) -> PortID {
    if let local = receivingPort {
      for receiver in receivers { local.setHandler(Handler(receiver.handler), for: receiver.tag) }
    }
    return self
  }

  /// Removes the callback for a tag, which may be another port: that of a reply that has come.
  ///
  /// Corresponds to Perl's `rcv $port, $tag` and `rcv $SELF, $otherport`.
  @discardableResult
  public func stopReceiving(_ tag: some MessageTag) -> PortID {
    receivingPort?.setHandler(nil, for: tag.tagText)
    return self
  }

  /// Sets the callback for a tag, without arguments.
  @inlinable @discardableResult
  public func receive(
    _ tag: some MessageTag, _ callback: @escaping () throws -> Void
  ) -> PortID {
    receive(Receiver(tag, callback))
  }

  /// Sets the callback for a tag, which gets everything behind the tag.
  ///
  /// Corresponds to Perl's `rcv $port, tag => sub { … @_ … }`.
  @_disfavoredOverload @inlinable @discardableResult
  public func receive(
    _ tag: some MessageTag, _ callback: @escaping (Message) throws -> Void
  ) -> PortID {
    receive(Receiver(tag, callback))
  }

  /// Sets the callback for a tag, with one argument.
  @inlinable @discardableResult
  public func receive<A: MessageConvertible>(
    _ tag: some MessageTag, _ callback: @escaping (A) throws -> Void
  ) -> PortID {
    receive(Receiver(tag, callback))
  }

  /// Sets the callback for a tag, with two arguments.
  @inlinable @discardableResult
  public func receive<A: MessageConvertible, B: MessageConvertible>(
    _ tag: some MessageTag, _ callback: @escaping (A, B) throws -> Void
  ) -> PortID {
    receive(Receiver(tag, callback))
  }

  /// Sets the callback for a tag, with three arguments.
  @inlinable @discardableResult
  public func receive<A: MessageConvertible, B: MessageConvertible, C: MessageConvertible>(
    _ tag: some MessageTag, _ callback: @escaping (A, B, C) throws -> Void
  ) -> PortID {
    receive(Receiver(tag, callback))
  }

  /// Sets the callback for a tag, with four or more arguments.
  @inlinable @discardableResult
  public func receive<
    A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, D: MessageConvertible,
    each More: MessageConvertible
  >(
    _ tag: some MessageTag, _ callback: @escaping (A, B, C, D, repeat each More) throws -> Void
  ) -> PortID {
    receive(Receiver(tag, callback))
  }

  private func setFallback(
    _ handler: @escaping (UnsafeBufferPointer<Value>) throws -> Void
  ) -> PortID {
    receivingPort?.fallback = Handler(handler)
    return self
  }

  private var receivingPort: LocalPort? { Node.current.kernel.receivingPort(self) }
}

// All of it with the current node.

extension PortID {
  /// Kills the port, here or on another node; those who monitor it are told the reason.
  ///
  /// No reason means a normal end. It takes effect from the event loop, after what was sent to the port
  /// before. Corresponds to Perl's `kil`.
  public func kill(_ reason: any MessageConvertible...) {
    kill(Message(reason.map(\.messageValue)))
  }

  /// The same with a reason that was received.
  public func kill(_ reason: Message) {
    reason.values.withUnsafeBufferPointer { terminate(self, $0) }
  }

  /// Kills the port with a reason of a single value, which is built on the stack.
  @inlinable
  public func kill<A: MessageConvertible>(_ reason: A) {
    withTuple(reason.messageValue, count: 1) { terminate(self, $0) }
  }

  /// Calls `callback` once with the reason when the port is killed, or when messages to it may have been
  /// lost.
  ///
  /// See ``Node/monitor(_:_:)`` for what that guarantees. Corresponds to Perl's `mon $port, sub { … }`.
  @discardableResult
  public func monitor(_ callback: @escaping (_ reason: Message) throws -> Void) -> Subscription {
    Node.current.monitor(self, callback)
  }

  /// Kills another port when this one is killed with a reason, with the same reason.
  ///
  /// Corresponds to Perl's `mon $port, $otherport`.
  @discardableResult
  public func monitor(killing other: PortID) -> Subscription {
    Node.current.monitor(self, killing: other)
  }

  /// Sends a message to another port when this one is killed: these values and then the reason.
  ///
  /// Corresponds to Perl's `mon $port, $otherport, @msg`.
  @discardableResult
  public func monitor(
    sending message: any MessageConvertible..., to other: PortID
  ) -> Subscription {
    Node.current.monitor(self, sendingTo: other, message.map(\.messageValue))
  }

  /// Whether it is a port of the current node, or that node itself; it need not exist any more.
  ///
  /// Corresponds to Perl's `port_is_local`.
  public var isLocal: Bool { Node.current.isLocal(self) }
}

/// Kills a port, with the current node.
@usableFromInline
func terminate(_ port: PortID, _ reason: UnsafeBufferPointer<Value>) {
  Node.currentKernel._withUnsafeGuaranteedRef { $0.kill(port, reason) }
}
