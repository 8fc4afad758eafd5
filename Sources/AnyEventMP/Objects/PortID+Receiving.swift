import AnyEvent

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
