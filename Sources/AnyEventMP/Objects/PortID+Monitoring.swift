import AnyEvent

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

  /// How many monitors there are on the port, of this node's code and of other nodes; 0 for a port of
  /// another node, and for one that is dead.
  ///
  /// The loop's thread only.
  public var monitorCount: Int {
    if let port = ref as? LocalPort { return port.monitors?.count ?? 0 }
    // To resolve the id of another node's port would make an entry for that node.
    guard isLocal, let port = Node.current.kernel.resolve(ref) as? LocalPort else { return 0 }
    return port.monitors?.count ?? 0
  }
}

/// Kills a port, with the current node.
@usableFromInline
func terminate(_ port: PortID, _ reason: UnsafeBufferPointer<Value>) {
  Node.currentKernel._withUnsafeGuaranteedRef { $0.kill(port, reason) }
}
