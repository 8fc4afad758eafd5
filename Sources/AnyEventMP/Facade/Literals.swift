// Perl's names with literals of mixed types, for the reason given in PortID+Literals.

/// Sends a message of values of any types; nil is Perl's undef, and a pair is its name and its value.
///
/// Corresponds to Perl's `snd $port, tag => $value`.
@_disfavoredOverload
public func snd(_ port: some PortConvertible, _ values: (any MessageConvertible)?...) {
  port.portID.send(Message(Value.list(values)))
}

/// Sends a message that ends in the elements of a list.
///
/// Corresponds to Perl's `snd $port, tag => @list`.
public func snd(
  _ port: some PortConvertible, _ values: (any MessageConvertible)?...,
  list: some Sequence<some MessageConvertible>
) {
  port.portID.send(Message(Value.list(values + list.map { $0 })))
}

/// Sends a message of one value, a literal of literals.
@_disfavoredOverload
public func snd(_ port: some PortConvertible, _ a: Value) {
  port.portID.send(a)
}

/// Sends a message of two values, the last one a literal of literals.
@_disfavoredOverload
public func snd(_ port: some PortConvertible, _ a: (any MessageConvertible)?, _ b: Value) {
  port.portID.send(a, b)
}

/// Sends a message of three values, the last one a literal of literals.
@_disfavoredOverload
public func snd(
  _ port: some PortConvertible, _ a: (any MessageConvertible)?, _ b: (any MessageConvertible)?,
  _ c: Value
) {
  port.portID.send(a, b, c)
}

/// Sends a message of four values, the last one a literal of literals.
@_disfavoredOverload
public func snd(
  _ port: some PortConvertible, _ a: (any MessageConvertible)?, _ b: (any MessageConvertible)?,
  _ c: (any MessageConvertible)?, _ d: Value
) {
  port.portID.send(a, b, c, d)
}

/// Sends a message of one value, a literal of mixed types.
@_disfavoredOverload
public func snd(_ port: some PortConvertible, _ a: MixedLiteral) {
  port.portID.send(a)
}

/// Sends a message of two values, the last one a literal of mixed types.
@_disfavoredOverload
public func snd(_ port: some PortConvertible, _ a: (any MessageConvertible)?, _ b: MixedLiteral) {
  port.portID.send(a, b)
}

/// Sends a message of three values, the last one a literal of mixed types.
@_disfavoredOverload
public func snd(
  _ port: some PortConvertible, _ a: (any MessageConvertible)?, _ b: (any MessageConvertible)?,
  _ c: MixedLiteral
) {
  port.portID.send(a, b, c)
}

/// Sends a message of four values, the last one a literal of mixed types.
@_disfavoredOverload
public func snd(
  _ port: some PortConvertible, _ a: (any MessageConvertible)?, _ b: (any MessageConvertible)?,
  _ c: (any MessageConvertible)?, _ d: MixedLiteral
) {
  port.portID.send(a, b, c, d)
}

/// Kills a port with a reason of two values, the last one a literal of literals.
@_disfavoredOverload
public func kil(_ port: some PortConvertible, _ reason: (any MessageConvertible)?, _ value: Value) {
  port.portID.kill(Message(Value.list([reason, value])))
}

/// Sets a key of this node in a family of the global database to a literal of literals.
@_disfavoredOverload
public func db_set(_ family: String, _ key: some DatabaseKey, _ value: Value) {
  Node.current.database[family].set(key, to: value)
}

/// Registers a port in a family until it dies, with a literal of literals.
@_disfavoredOverload
public func db_reg(_ family: String, _ port: PortID, _ value: Value) {
  Node.current.database[family].register(port, value)
}

/// Makes a port on a node by a function with one argument, a literal of literals.
@_disfavoredOverload @discardableResult
public func spawn(_ node: some PortConvertible, _ function: String, _ value: Value) -> PortID {
  Node.current.spawn(function, arguments: Message(Value.list([value])), on: node.portID.node)
}

/// Calls a function on a node with one argument, a literal of literals.
@_disfavoredOverload
public func snd_to_func(_ node: some PortConvertible, _ function: String, _ value: Value) {
  Node.current.callFunction(function, arguments: Message(Value.list([value])), on: node.portID.node)
}

/// Sends a message of one value after a time in seconds, a literal of literals.
@_disfavoredOverload
public func after(_ seconds: Double, _ port: some PortConvertible, _ value: Value) {
  let port = port.portID
  let message = Message(Value.list([value]))
  Node.current.after(seconds) { port.send(message) }
}

/// Makes a port on a node by a function with two arguments, the last one a literal of literals.
@_disfavoredOverload @discardableResult
public func spawn(
  _ node: some PortConvertible, _ function: String, _ first: (any MessageConvertible)?,
  _ value: Value
) -> PortID {
  Node.current.spawn(
    function, arguments: Message(Value.list([first, value])), on: node.portID.node)
}

/// Calls a function on a node with two arguments, the last one a literal of literals.
@_disfavoredOverload
public func snd_to_func(
  _ node: some PortConvertible, _ function: String, _ first: (any MessageConvertible)?,
  _ value: Value
) {
  Node.current.callFunction(
    function, arguments: Message(Value.list([first, value])), on: node.portID.node)
}

/// Sends a message of two values after a time in seconds, the last one a literal of literals.
@_disfavoredOverload
public func after(
  _ seconds: Double, _ port: some PortConvertible, _ first: (any MessageConvertible)?,
  _ value: Value
) {
  let port = port.portID
  let message = Message(Value.list([first, value]))
  Node.current.after(seconds) { port.send(message) }
}

/// Kills a port with a reason of two values, the last one a literal of mixed types.
@_disfavoredOverload
public func kil(
  _ port: some PortConvertible, _ reason: (any MessageConvertible)?, _ value: MixedLiteral
) {
  port.portID.kill(Message(Value.list([reason, value.value])))
}

/// Sets a key of this node in a family of the global database to a literal of mixed types.
@_disfavoredOverload
public func db_set(_ family: String, _ key: some DatabaseKey, _ value: MixedLiteral) {
  Node.current.database[family].set(key, to: value.value)
}

/// Registers a port in a family until it dies, with a literal of mixed types.
@_disfavoredOverload
public func db_reg(_ family: String, _ port: PortID, _ value: MixedLiteral) {
  Node.current.database[family].register(port, value.value)
}

/// Makes a port on a node by a function with one argument, a literal of mixed types.
@_disfavoredOverload @discardableResult
public func spawn(_ node: some PortConvertible, _ function: String, _ value: MixedLiteral) -> PortID
{
  Node.current.spawn(function, arguments: Message(Value.list([value.value])), on: node.portID.node)
}

/// Calls a function on a node with one argument, a literal of mixed types.
@_disfavoredOverload
public func snd_to_func(_ node: some PortConvertible, _ function: String, _ value: MixedLiteral) {
  Node.current.callFunction(
    function, arguments: Message(Value.list([value.value])), on: node.portID.node)
}

/// Sends a message of one value after a time in seconds, a literal of mixed types.
@_disfavoredOverload
public func after(_ seconds: Double, _ port: some PortConvertible, _ value: MixedLiteral) {
  let port = port.portID
  let message = Message(Value.list([value.value]))
  Node.current.after(seconds) { port.send(message) }
}

/// Makes a port on a node by a function with two arguments, the last one a literal of mixed types.
@_disfavoredOverload @discardableResult
public func spawn(
  _ node: some PortConvertible, _ function: String, _ first: (any MessageConvertible)?,
  _ value: MixedLiteral
) -> PortID {
  Node.current.spawn(
    function, arguments: Message(Value.list([first, value.value])), on: node.portID.node)
}

/// Calls a function on a node with two arguments, the last one a literal of mixed types.
@_disfavoredOverload
public func snd_to_func(
  _ node: some PortConvertible, _ function: String, _ first: (any MessageConvertible)?,
  _ value: MixedLiteral
) {
  Node.current.callFunction(
    function, arguments: Message(Value.list([first, value.value])), on: node.portID.node)
}

/// Sends a message of two values after a time in seconds, the last one a literal of mixed types.
@_disfavoredOverload
public func after(
  _ seconds: Double, _ port: some PortConvertible, _ first: (any MessageConvertible)?,
  _ value: MixedLiteral
) {
  let port = port.portID
  let message = Message(Value.list([first, value.value]))
  Node.current.after(seconds) { port.send(message) }
}

/// Sends a message of a tag and a literal of literals with a reply port at its end, and calls back with the reply.
@_disfavoredOverload @discardableResult
public func cal(
  _ port: some PortConvertible, _ tag: some MessageTag, _ value: Value, timeout: Double? = nil,
  _ callback: @escaping (_ reply: Message) throws -> Void
) -> PortID {
  cal(port, tag.tagText, value as (any MessageConvertible)?, timeout: timeout, callback)
}

/// Sends a message of a tag and a literal of literals with a reply port at its end, and calls back with the reply.
@_disfavoredOverload @discardableResult
public func cal(
  _ port: some PortConvertible, _ tag: some MessageTag, _ value: Value, timeout: Double? = nil,
  _ callback: @escaping () throws -> Void
) -> PortID {
  cal(port, tag.tagText, value as (any MessageConvertible)?, timeout: timeout, callback)
}

/// Sends a message of a tag and a literal of literals with a reply port at its end, and calls back with the reply.
@_disfavoredOverload @discardableResult
public func cal<A: MessageConvertible>(
  _ port: some PortConvertible, _ tag: some MessageTag, _ value: Value, timeout: Double? = nil,
  _ callback: @escaping (A) throws -> Void
) -> PortID {
  cal(port, tag.tagText, value as (any MessageConvertible)?, timeout: timeout, callback)
}

/// Sends a message of a tag and a literal of literals with a reply port at its end, and calls back with the reply.
@_disfavoredOverload @discardableResult
public func cal<A: MessageConvertible, B: MessageConvertible, each More: MessageConvertible>(
  _ port: some PortConvertible, _ tag: some MessageTag, _ value: Value, timeout: Double? = nil,
  _ callback: @escaping (A, B, repeat each More) throws -> Void
) -> PortID {
  cal(port, tag.tagText, value as (any MessageConvertible)?, timeout: timeout, callback)
}

/// Sends a message of a tag and a literal of mixed types with a reply port at its end, and calls back with the reply.
@_disfavoredOverload @discardableResult
public func cal(
  _ port: some PortConvertible, _ tag: some MessageTag, _ value: MixedLiteral,
  timeout: Double? = nil,
  _ callback: @escaping (_ reply: Message) throws -> Void
) -> PortID {
  cal(port, tag.tagText, value.value as (any MessageConvertible)?, timeout: timeout, callback)
}

/// Sends a message of a tag and a literal of mixed types with a reply port at its end, and calls back with the reply.
@_disfavoredOverload @discardableResult
public func cal(
  _ port: some PortConvertible, _ tag: some MessageTag, _ value: MixedLiteral,
  timeout: Double? = nil,
  _ callback: @escaping () throws -> Void
) -> PortID {
  cal(port, tag.tagText, value.value as (any MessageConvertible)?, timeout: timeout, callback)
}

/// Sends a message of a tag and a literal of mixed types with a reply port at its end, and calls back with the reply.
@_disfavoredOverload @discardableResult
public func cal<A: MessageConvertible>(
  _ port: some PortConvertible, _ tag: some MessageTag, _ value: MixedLiteral,
  timeout: Double? = nil,
  _ callback: @escaping (A) throws -> Void
) -> PortID {
  cal(port, tag.tagText, value.value as (any MessageConvertible)?, timeout: timeout, callback)
}

/// Sends a message of a tag and a literal of mixed types with a reply port at its end, and calls back with the reply.
@_disfavoredOverload @discardableResult
public func cal<A: MessageConvertible, B: MessageConvertible, each More: MessageConvertible>(
  _ port: some PortConvertible, _ tag: some MessageTag, _ value: MixedLiteral,
  timeout: Double? = nil,
  _ callback: @escaping (A, B, repeat each More) throws -> Void
) -> PortID {
  cal(port, tag.tagText, value.value as (any MessageConvertible)?, timeout: timeout, callback)
}

/// Sends a message of one value, `[]` or `[:]`.
public func snd(_ port: some PortConvertible, _ a: EmptyLiteral) {
  port.portID.send(a)
}

/// Sends a message of two values, the last one `[]` or `[:]`.
public func snd(_ port: some PortConvertible, _ a: (any MessageConvertible)?, _ b: EmptyLiteral) {
  port.portID.send(a, b)
}

/// Sends a message of three values, the last one `[]` or `[:]`.
public func snd(
  _ port: some PortConvertible, _ a: (any MessageConvertible)?, _ b: (any MessageConvertible)?,
  _ c: EmptyLiteral
) {
  port.portID.send(a, b, c)
}

/// Sends a message of four values, the last one `[]` or `[:]`.
public func snd(
  _ port: some PortConvertible, _ a: (any MessageConvertible)?, _ b: (any MessageConvertible)?,
  _ c: (any MessageConvertible)?, _ d: EmptyLiteral
) {
  port.portID.send(a, b, c, d)
}

/// Makes a port on a node by a function with three arguments, the last one a literal of literals.
@_disfavoredOverload @discardableResult
public func spawn(
  _ node: some PortConvertible, _ function: String, _ first: (any MessageConvertible)?,
  _ second: (any MessageConvertible)?, _ value: Value
) -> PortID {
  Node.current.spawn(
    function, arguments: Message(Value.list([first, second, value])), on: node.portID.node)
}

/// Calls a function on a node with three arguments, the last one a literal of literals.
@_disfavoredOverload
public func snd_to_func(
  _ node: some PortConvertible, _ function: String, _ first: (any MessageConvertible)?,
  _ second: (any MessageConvertible)?, _ value: Value
) {
  Node.current.callFunction(
    function, arguments: Message(Value.list([first, second, value])), on: node.portID.node)
}

/// Makes a port on a node by a function with three arguments, the last one a literal of mixed types.
@_disfavoredOverload @discardableResult
public func spawn(
  _ node: some PortConvertible, _ function: String, _ first: (any MessageConvertible)?,
  _ second: (any MessageConvertible)?, _ value: MixedLiteral
) -> PortID {
  Node.current.spawn(
    function, arguments: Message(Value.list([first, second, value.value])), on: node.portID.node)
}

/// Calls a function on a node with three arguments, the last one a literal of mixed types.
@_disfavoredOverload
public func snd_to_func(
  _ node: some PortConvertible, _ function: String, _ first: (any MessageConvertible)?,
  _ second: (any MessageConvertible)?, _ value: MixedLiteral
) {
  Node.current.callFunction(
    function, arguments: Message(Value.list([first, second, value.value])), on: node.portID.node)
}

/// Sends a message of five values, the last one a literal of literals.
@_disfavoredOverload
public func snd(
  _ port: some PortConvertible, _ a: (any MessageConvertible)?, _ b: (any MessageConvertible)?,
  _ c: (any MessageConvertible)?, _ d: (any MessageConvertible)?, _ e: Value
) {
  port.portID.send(a, b, c, d, e)
}

/// Sends a message of five values, the last one a literal of mixed types.
@_disfavoredOverload
public func snd(
  _ port: some PortConvertible, _ a: (any MessageConvertible)?, _ b: (any MessageConvertible)?,
  _ c: (any MessageConvertible)?, _ d: (any MessageConvertible)?, _ e: MixedLiteral
) {
  port.portID.send(a, b, c, d, e)
}

/// Sends a message of five values, the last one `[]` or `[:]`.
public func snd(
  _ port: some PortConvertible, _ a: (any MessageConvertible)?, _ b: (any MessageConvertible)?,
  _ c: (any MessageConvertible)?, _ d: (any MessageConvertible)?, _ e: EmptyLiteral
) {
  port.portID.send(a, b, c, d, e)
}
