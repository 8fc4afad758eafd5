internal import AEValue
import AnyEvent

// There is one `send` for each small number of values: it builds the message on the stack, without
// a parameter pack's look-up of type metadata. The direct way becomes part of the caller; `sendValues` is the general
// one, a function of its own, as it would only cost the caller's callback registers. The forms that end in a `Value` take a literal of
// mixed types; they are disfavoured, so that typed arguments never use them.

extension PortID {
  /// Sends a message to the port, by the current node.
  ///
  /// The current node is the one whose callback is running, or that ``Node/run(_:)`` binds. The
  /// callback of a port of this node is usually called at once. A message that cannot be sent kills
  /// the port that sends it. Corresponds to Perl's `snd`.
  public func send(_ message: Message) {
    message.values.withUnsafeBufferPointer { transmit(self, $0) }
  }

  /// Sends an empty message.
  public func send() {
    transmit(self, UnsafeBufferPointer(start: nil, count: 0))
  }

  /// Sends a message of one value.
  @inlinable @inline(__always)
  public func send<A: MessageConvertible>(_ a: A) {
    if A.self == String.self, sendDirectly(unsafeBitCast(a, to: String.self)) { return }
    sendValues(a)
  }

  @inlinable @inline(never)
  func sendValues<A: MessageConvertible>(_ a: A) {
    if A.self == Pair.self {
      return withList([a]) { transmit(self, $0) }
    }
    withTuple(a.messageValue, count: 1) { transmit(self, $0) }
  }

  /// Sends a message of two values.
  @inlinable @inline(__always)
  public func send<A: MessageConvertible, B: MessageConvertible>(_ a: A, _ b: B) {
    if A.self == String.self, sendDirectly(unsafeBitCast(a, to: String.self), b) { return }
    sendValues(a, b)
  }

  @inlinable @inline(never)
  func sendValues<A: MessageConvertible, B: MessageConvertible>(_ a: A, _ b: B) {
    if A.self == Pair.self || B.self == Pair.self {
      return withList([a, b]) { transmit(self, $0) }
    }
    withTuple((a.messageValue, b.messageValue), count: 2) { transmit(self, $0) }
  }

  /// Sends a message of three values.
  @inlinable @inline(__always)
  public func send<A: MessageConvertible, B: MessageConvertible, C: MessageConvertible>(
    _ a: A, _ b: B, _ c: C
  ) {
    if A.self == String.self, sendDirectly(unsafeBitCast(a, to: String.self), b, c) { return }
    sendValues(a, b, c)
  }

  @inlinable @inline(never)
  func sendValues<A: MessageConvertible, B: MessageConvertible, C: MessageConvertible>(
    _ a: A, _ b: B, _ c: C
  ) {
    if A.self == Pair.self || B.self == Pair.self || C.self == Pair.self {
      return withList([a, b, c]) { transmit(self, $0) }
    }
    withTuple((a.messageValue, b.messageValue, c.messageValue), count: 3) { transmit(self, $0) }
  }

  /// Sends a message of four values.
  @inlinable @inline(__always)
  public func send<
    A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, D: MessageConvertible
  >(_ a: A, _ b: B, _ c: C, _ d: D) {
    if A.self == String.self, sendDirectly(unsafeBitCast(a, to: String.self), b, c, d) { return }
    sendValues(a, b, c, d)
  }

  @inlinable @inline(never)
  func sendValues<
    A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, D: MessageConvertible
  >(_ a: A, _ b: B, _ c: C, _ d: D) {
    if A.self == Pair.self || B.self == Pair.self || C.self == Pair.self || D.self == Pair.self {
      return withList([a, b, c, d]) { transmit(self, $0) }
    }
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
}

// The callbacks of a port of this node. A call for a port of another node is a mistake of the
// program and stops it; a call for a dead port only gets a line in the log. They act on the current
// node, like all methods of ``PortID``.

extension PortID {
  /// Sets the callback for all messages without a callback for their tag; it gets the whole message.
  ///
  /// Without one, such a message kills the port. Corresponds to Perl's `rcv $port, sub { … }`.
  @_disfavoredOverload @discardableResult
  public func receive(_ callback: @escaping (Message) throws -> Void) -> PortID {
    setFallback { try callback(Message($0, dropping: 0)) }
  }

  /// Sets the callback for all messages without a callback for their tag.
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

  /// Sets or replaces the callbacks of a list of receivers.
  @discardableResult
  public func receive(_ receivers: [Receiver]) -> PortID {
    if let local = receivingPort {
      let kernel = Node.current.kernel
      for receiver in receivers {
        kernel.retire(local.setHandler(Handler(taking: receiver.handler), for: receiver.tag))
      }
    }
    return self
  }

  /// Removes the callback for a tag, which may be the port of a reply that has arrived.
  ///
  /// Corresponds to Perl's `rcv $port, $tag` and `rcv $SELF, $otherport`.
  @discardableResult
  public func stopReceiving(_ tag: some MessageTag) -> PortID {
    if let local = receivingPort {
      Node.current.kernel.retire(local.setHandler(nil, for: tag.tagText))
    }
    return self
  }

  /// Sets the callback for a tag, without arguments.
  @inlinable @discardableResult
  public func receive(
    _ tag: some MessageTag, _ callback: @escaping () throws -> Void
  ) -> PortID {
    receive(Receiver(tag, callback))
  }

  /// Sets the callback for a tag, which gets the values behind the tag.
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

// Killing and monitoring, by the current node.

extension PortID {
  /// Kills the port, here or on another node; its monitors get the reason.
  ///
  /// No reason means a normal end. It takes effect from the event loop, after the messages that
  /// were sent to the port before. Corresponds to Perl's `kil`.
  public func kill(_ reason: (any MessageConvertible)?...) {
    kill(Message(Value.list(reason)))
  }

  /// Kills the port with a reason that is a message.
  public func kill(_ reason: Message) {
    reason.values.withUnsafeBufferPointer { terminate(self, $0) }
  }

  /// Kills the port with a reason of a single value, which is built on the stack.
  @inlinable
  public func kill<A: MessageConvertible>(_ reason: A) {
    if A.self == Pair.self { return withList([reason]) { terminate(self, $0) } }
    withTuple(reason.messageValue, count: 1) { terminate(self, $0) }
  }

  /// Calls `callback` once with the reason when the port is killed, or when messages to it may have been lost.
  ///
  /// See ``Node/monitor(_:_:)`` for the guarantee. Corresponds to Perl's `mon $port, sub { … }`.
  @discardableResult
  public func monitor(_ callback: @escaping (_ reason: Message) throws -> Void) -> Subscription {
    Node.current.monitor(self, callback)
  }

  /// Kills another port with the same reason when this one is killed with a reason.
  ///
  /// Corresponds to Perl's `mon $port, $otherport`.
  @discardableResult
  public func monitor(killing other: PortID) -> Subscription {
    Node.current.monitor(self, killing: other)
  }

  /// Sends a message, these values and then the reason, to another port when this one is killed.
  ///
  /// Corresponds to Perl's `mon $port, $otherport, @msg`.
  @discardableResult
  public func monitor(
    sending message: (any MessageConvertible)?..., to other: PortID
  ) -> Subscription {
    Node.current.monitor(self, sending: Message(Value.list(message)), to: other)
  }

  /// Whether the port belongs to the current node, or is that node itself; it may be dead.
  ///
  /// Corresponds to Perl's `port_is_local`.
  public var isLocal: Bool { Node.current.isLocal(self) }

  /// The number of monitors on the port, those of other nodes included.
  ///
  /// It is 0 for a port of another node, and for a dead one. The loop's thread only.
  public var monitorCount: Int {
    if ref.kind == .local { return ref.asLocal.monitors?.count ?? 0 }
    // Only text of a port here is looked up: another node's port would make an entry for that node.
    guard isLocal, case .local(let port) = Node.current.kernel.resolve(ref) else { return 0 }
    return port.monitors?.count ?? 0
  }
}

/// Kills a port, by the current node.
@usableFromInline
func terminate(_ port: PortID, _ reason: UnsafeBufferPointer<Value>) {
  Node.currentKernel._withUnsafeGuaranteedRef {
    if !$0.killQuickly(port.ref, reason) { $0.kill(port, reason) }
  }
}

/// Sends a message to a port, with the current node.
@usableFromInline
func transmit(_ port: PortID, _ message: UnsafeBufferPointer<Value>) {
  Node.currentKernel._withUnsafeGuaranteedRef { $0.send(message, to: port.ref) }
}

/// Calls `body` with the `count` values of a tuple, in place on the stack.
///
/// A tuple of values has the layout of an array of them, and the compiler knows how to release it.
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

/// Calls `body` with more than four values, as an array.
@inlinable
func withValues<
  A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, D: MessageConvertible,
  E: MessageConvertible, each More: MessageConvertible
>(
  _ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ more: repeat each More,
  body: (UnsafeBufferPointer<Value>) -> Void
) {
  var values: [(any MessageConvertible)?] = [a, b, c, d, e]
  for value in repeat each more { values.append(value) }
  withList(values, body)
}

/// Calls `body` with values of any types, as an array; a pair is its name and its value.
@inlinable
func withList(
  _ values: [(any MessageConvertible)?], _ body: (UnsafeBufferPointer<Value>) -> Void
) {
  Value.list(values).withUnsafeBufferPointer(body)
}
