// One `snd` for each small number of arguments, for the reason given at ``PortID/send(_:)``.

/// Sends a message; its first value is the port that gets the other values.
///
/// Corresponds to Perl's `snd @msg_with_port_first`.
public func snd(_ message: Message) {
  guard let first = message.first else { return }
  first.portID.send(Message(Array(message.values[1...])))
}

/// Sends an empty message.
public func snd(_ port: some PortConvertible) {
  port.portID.send()
}

/// Sends a message of one value.
@inlinable @inline(__always)
public func snd<P: PortConvertible, A: MessageConvertible>(_ port: P, _ a: A) {
  port.portID.send(a)
}

/// Sends a message of two values.
///
/// Corresponds to Perl's `snd $port, tag => $value`.
@inlinable @inline(__always)
public func snd<
  P: PortConvertible, A: MessageConvertible, B: MessageConvertible
>(_ port: P, _ a: A, _ b: B) {
  port.portID.send(a, b)
}

/// Sends a message of three values.
@inlinable @inline(__always)
public func snd<
  P: PortConvertible, A: MessageConvertible, B: MessageConvertible, C: MessageConvertible
>(_ port: P, _ a: A, _ b: B, _ c: C) {
  port.portID.send(a, b, c)
}

/// Sends a message of four values.
@inlinable @inline(__always)
public func snd<
  P: PortConvertible, A: MessageConvertible, B: MessageConvertible, C: MessageConvertible,
  D: MessageConvertible
>(_ port: P, _ a: A, _ b: B, _ c: C, _ d: D) {
  port.portID.send(a, b, c, d)
}

/// Sends a message of more than four values.
@inlinable
public func snd<
  P: PortConvertible, A: MessageConvertible, B: MessageConvertible, C: MessageConvertible,
  D: MessageConvertible, E: MessageConvertible, each More: MessageConvertible
>(_ port: P, _ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ more: repeat each More) {
  port.portID.send(a, b, c, d, e, repeat each more)
}
