internal import AEValue

// The short ways of messages. Each checks the conditions under which the general way does something else, and leaves
// the message to it then.

extension Kernel {
  /// Calls a callback with a message in one of the short forms; false if it does not take it.
  @inlinable @inline(__always)
  func callDirectly(_ port: LocalPort, _ input: MessageInput) -> Bool {
    entering(port) { try port.firstHandler.call(input) }
  }

  /// Begins a packet for a port of another node that was found before.
  @inline(__always)
  fileprivate func open(_ ref: PortRef, _ tag: String, _ count: Int) -> OpenPacket? {
    guard isDirect, let port = foundRemote(ref) else { return nil }
    return port._withUnsafeGuaranteedRef { $0.open(tag, count) }
  }
}

/// Hands arguments over to the callback of a port of this node.
///
/// It becomes part of the sender's function, since to call it would cost a message of this node a fifth more.
@inlinable @inline(__always)
func deliverDirectly(
  _ tag: String, to ref: PortRef, _ form: MessageInput.Form, _ count: Int,
  _ arguments: UnsafeMutableRawPointer?
) -> Bool {
  guard let kernel = Kernel.bound else { return false }
  return kernel._withUnsafeGuaranteedRef { kernel in
    // One comparison tells that the port is of this node, and whatever `refreshOpenRoute` looks at.
    guard ref.route == kernel.openRoute, kernel.depth < Kernel.maximumDepth else { return false }
    let port = ref.asLocal
    guard port.state == .alive, port.isSurelyFirst(tag) else { return false }
    return kernel.callDirectly(port, MessageInput(form, count, arguments))
  }
}

/// Begins a packet with so many arguments, in the output of the node that the port belongs to.
@usableFromInline
func openPacket(to ref: PortRef, _ tag: String, _ count: Int) -> OpenPacket? {
  guard let kernel = Kernel.bound else { return nil }
  return kernel._withUnsafeGuaranteedRef { $0.open(ref, tag, count) }
}
