// `rcv` in the forms of Perl's: each sets or replaces a callback of a port of this node and returns the
// port. Calling it for a port of another node is a mistake of the program and stops it.

/// Sets the callback for messages that no tag's callback takes, which gets the whole message.
///
/// Corresponds to Perl's `rcv $port, sub { … }`.
@_disfavoredOverload @discardableResult
public func rcv(_ port: PortID, _ callback: @escaping (Message) throws -> Void) -> PortID {
  setFallback(of: port) { try callback(Message($0, dropping: 0)) }
}

/// Sets the callback for messages that no tag's callback takes.
@discardableResult
public func rcv(_ port: PortID, _ callback: @escaping () throws -> Void) -> PortID {
  setFallback(of: port) { _ in try callback() }
}

/// Removes the callback for a tag, which may be another port: that of a reply that has come.
///
/// Corresponds to Perl's `rcv $port, $tag` and `rcv $SELF, $otherport`.
@discardableResult
public func rcv(_ port: PortID, _ tag: some MessageTag) -> PortID {
  rcv(port, tag, nil)
}

/// Sets callbacks for several tags.
///
/// Corresponds to Perl's `rcv $port, a => sub { … }, b => sub { … }`.
@discardableResult
public func rcv(_ port: PortID, _ receivers: Receiver...) -> PortID {
  if let local = receivingPort(port) {
    for receiver in receivers { local.setHandler(Handler(receiver.handler), for: receiver.tag) }
  }
  return port
}

/// Removes the callback for a tag.
///
/// Corresponds to Perl's `rcv $port, tag => undef`.
@discardableResult
public func rcv(_ port: PortID, _ tag: some MessageTag, _ nothing: Never?) -> PortID {
  receivingPort(port)?.setHandler(nil, for: tag.tagText)
  return port
}

/// Sets the callback for a tag, without arguments.
@inlinable @discardableResult
public func rcv(
  _ port: PortID, _ tag: some MessageTag, _ callback: @escaping () throws -> Void
) -> PortID {
  rcv(port, on(tag, callback))
}

/// Sets the callback for a tag, which gets everything behind the tag.
///
/// Corresponds to Perl's `rcv $port, tag => sub { … @_ … }`.
@_disfavoredOverload @inlinable @discardableResult
public func rcv(
  _ port: PortID, _ tag: some MessageTag, _ callback: @escaping (Message) throws -> Void
) -> PortID {
  rcv(port, on(tag, callback))
}

/// Sets the callback for a tag, with one argument.
@inlinable @discardableResult
public func rcv<A: MessageConvertible>(
  _ port: PortID, _ tag: some MessageTag, _ callback: @escaping (A) throws -> Void
) -> PortID {
  rcv(port, on(tag, callback))
}

/// Sets the callback for a tag, with two arguments.
@inlinable @discardableResult
public func rcv<A: MessageConvertible, B: MessageConvertible>(
  _ port: PortID, _ tag: some MessageTag, _ callback: @escaping (A, B) throws -> Void
) -> PortID {
  rcv(port, on(tag, callback))
}

/// Sets the callback for a tag, with three arguments.
@inlinable @discardableResult
public func rcv<A: MessageConvertible, B: MessageConvertible, C: MessageConvertible>(
  _ port: PortID, _ tag: some MessageTag, _ callback: @escaping (A, B, C) throws -> Void
) -> PortID {
  rcv(port, on(tag, callback))
}

/// Sets the callback for a tag, with four or more arguments.
@inlinable @discardableResult
public func rcv<
  A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, D: MessageConvertible,
  each More: MessageConvertible
>(
  _ port: PortID, _ tag: some MessageTag,
  _ callback: @escaping (A, B, C, D, repeat each More) throws -> Void
) -> PortID {
  rcv(port, on(tag, callback))
}

private func setFallback(
  of port: PortID, _ handler: @escaping (UnsafeBufferPointer<Value>) throws -> Void
) -> PortID {
  receivingPort(port)?.fallback = Handler(handler)
  return port
}

/// The port whose callbacks are set; one that was spawned exists from the first time on.
private func receivingPort(_ port: PortID) -> LocalPort? {
  let local = Node.current.localPort(port, for: "rcv")
  local?.hasReceived = true
  return local
}
