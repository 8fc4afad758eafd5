// `rcv` in the forms of Perl: each sets or replaces a callback of a port of this node and returns
// the port. A call for a port of another node is a mistake of the program and stops it.

/// Sets the callback for all messages without a callback for their tag; it gets the whole message.
///
/// Corresponds to Perl's `rcv $port, sub { … }`.
@_disfavoredOverload @discardableResult
public func rcv(_ port: PortID, _ callback: @escaping (Message) throws -> Void) -> PortID {
  port.receive(callback)
}

/// Sets the callback for all messages without a callback for their tag.
@discardableResult
public func rcv(_ port: PortID, _ callback: @escaping () throws -> Void) -> PortID {
  port.receive(callback)
}

/// Removes the callback for a tag, which may be the port of a reply that has arrived.
///
/// Corresponds to Perl's `rcv $port, $tag` and `rcv $SELF, $otherport`.
@discardableResult
public func rcv(_ port: PortID, _ tag: some MessageTag) -> PortID {
  port.stopReceiving(tag)
}

/// Sets callbacks for several tags.
///
/// Corresponds to Perl's `rcv $port, a => sub { … }, b => sub { … }`.
@discardableResult
public func rcv(_ port: PortID, _ receivers: Receiver...) -> PortID {
  port.receive(receivers)
}

/// Removes the callback for a tag.
///
/// Corresponds to Perl's `rcv $port, tag => undef`.
@discardableResult
public func rcv(_ port: PortID, _ tag: some MessageTag, _ nothing: Never?) -> PortID {
  port.stopReceiving(tag)
}

/// Sets the callback for a tag, without arguments.
@inlinable @discardableResult
public func rcv(
  _ port: PortID, _ tag: some MessageTag, _ callback: @escaping () throws -> Void
) -> PortID {
  port.receive(tag, callback)
}

/// Sets the callback for a tag, which gets the values behind the tag.
///
/// Corresponds to Perl's `rcv $port, tag => sub { … @_ … }`.
@_disfavoredOverload @inlinable @discardableResult
public func rcv(
  _ port: PortID, _ tag: some MessageTag, _ callback: @escaping (Message) throws -> Void
) -> PortID {
  port.receive(tag, callback)
}

/// Sets the callback for a tag, with one argument.
@inlinable @discardableResult
public func rcv<A: MessageConvertible>(
  _ port: PortID, _ tag: some MessageTag, _ callback: @escaping (A) throws -> Void
) -> PortID {
  port.receive(tag, callback)
}

/// Sets the callback for a tag, with two arguments.
@inlinable @discardableResult
public func rcv<A: MessageConvertible, B: MessageConvertible>(
  _ port: PortID, _ tag: some MessageTag, _ callback: @escaping (A, B) throws -> Void
) -> PortID {
  port.receive(tag, callback)
}

/// Sets the callback for a tag, with three arguments.
@inlinable @discardableResult
public func rcv<A: MessageConvertible, B: MessageConvertible, C: MessageConvertible>(
  _ port: PortID, _ tag: some MessageTag, _ callback: @escaping (A, B, C) throws -> Void
) -> PortID {
  port.receive(tag, callback)
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
  port.receive(tag, callback)
}
