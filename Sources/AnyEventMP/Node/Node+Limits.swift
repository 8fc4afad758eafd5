extension Node {
  /// The largest packet in bytes, 16 MiB by default.
  ///
  /// To send a larger one is an error of the port that does, and a connection on which one arrives is
  /// closed. To be set before anything is sent and before `configure`.
  public var packetLimit: Int {
    get { limits.codec.maximumSize }
    set { limits.codec.maximumSize = newValue }
  }

  /// How many bytes may wait for one node before it is given up and its monitors fire; 0: any number.
  ///
  /// 256 MiB by default. ``queuedBytes(for:)`` tells how many wait, ``whenDrained(_:_:)`` when none do. As
  /// many bytes of messages between ports of this node may wait for the event loop; the port that one
  /// more is for is killed, with the reason `too_much_queued`.
  public var queueLimit: Int {
    get { limits.queue }
    set {
      limits.queue = newValue
      peers.queueLimitsChanged()
    }
  }

  /// How many bytes may wait for all other nodes together, 512 MiB by default; 0: any number.
  ///
  /// Beyond, the connected node that most waits for is given up, and its monitors fire. Of nodes that are
  /// not connected, for which a quarter may wait, it is the one that the next message is for.
  public var queuesLimit: Int {
    get { limits.queues }
    set { limits.queues = newValue }
  }

  /// How many bytes a name may have, 4096 by default: that of a port, a function, a node, a database
  /// family or a key in one.
  ///
  /// To be set before `configure`. A request that uses a longer one is refused, with a line in the log, and
  /// the port that sends to a node of such a name is killed with the reason `die`.
  public var nameLimit: Int {
    get { limits.name }
    set { limits.name = newValue }
  }

  /// How many bytes may wait for one node before ``onHighWater`` is called; 0: never called.
  public var highWaterMark: Int {
    get { kernel.highWaterMark }
    set {
      kernel.highWaterMark = newValue
      peers.queueLimitsChanged()
    }
  }

  /// Bytes that wait to be sent to a node, for those who want to send no faster than it takes.
  ///
  /// For our own node: the memory of messages between its ports that wait for the event loop, as those
  /// of a deep recursion do.
  public func queuedBytes(for node: String) -> Int {
    loop.preconditionOnLoop()
    return peers.queuedBytes(for: node)
  }

  /// Calls `callback` once, from the loop, when all that was sent to a node so far has been handed to
  /// the kernel, or when the node is lost.
  ///
  /// Who sends much sends the next part then: what waits for one node is limited, and going over the
  /// limit costs the connection.
  public func whenDrained(_ node: String, _ callback: @escaping () -> Void) {
    loop.preconditionOnLoop()
    peers.whenDrained(node, callback)
  }
}
