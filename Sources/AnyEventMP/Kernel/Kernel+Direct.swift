internal import AEValue

// The short ways of messages. Each checks the conditions under which the general way does something else, and leaves
// the message to it then.

extension Kernel {
  /// Calls a callback with a message in one of the short forms; false if it does not take it.
  @inline(__always)
  func callDirectly(_ port: LocalPort, _ input: MessageInput) -> Bool {
    entering(port) { try port.firstHandler.call(input) }
  }

  /// Begins a packet for a port of another node that was found before.
  @inline(__always)
  fileprivate func open(_ ref: PortRef, _ tag: String, _ count: Int) -> OpenPacket? {
    guard isDirect else { return nil }
    switch ref.kind {
    case .remote:
      return ref.owner == serial ? ref.asRemote.open(tag, count) : nil
    case .unbound:
      guard ref.asUnbound.belongs(to: serial), let bound = ref.asUnbound.boundRemote else {
        return nil
      }
      return bound._withUnsafeGuaranteedRef { $0.open(tag, count) }
    case .local:
      return nil
    }
  }
}

/// Hands arguments over to the callback of a port of this node.
@usableFromInline
func deliverDirectly(
  _ tag: String, to ref: PortRef, _ count: Int, _ arguments: UnsafeMutableRawPointer?
) -> Bool {
  guard let kernel = Kernel.bound else { return false }
  return kernel._withUnsafeGuaranteedRef { kernel in
    guard ref.owner == kernel.serial else { return false }
    let port = ref.asLocal
    guard kernel.isDirect, kernel.canCall(port), port.isSurelyFirst(tag) else { return false }
    return kernel.callDirectly(port, MessageInput(.sent, count, arguments))
  }
}

/// Begins a packet with so many arguments, in the output of the node that the port belongs to.
@usableFromInline
func openPacket(to ref: PortRef, _ tag: String, _ count: Int) -> OpenPacket? {
  guard let kernel = Kernel.bound else { return nil }
  return kernel._withUnsafeGuaranteedRef { $0.open(ref, tag, count) }
}
