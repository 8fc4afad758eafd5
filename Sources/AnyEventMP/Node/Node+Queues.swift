extension Node {
  /// The largest packet in bytes, 16 MiB by default.
  ///
  /// To send a larger one is an error of the port that does, and a connection on which one arrives is
  /// closed. To be set before anything is sent and before `configure`.
  public var packetLimit: Int {
    get { limits.maximumSize }
    set { limits.maximumSize = newValue }
  }

  /// How many bytes may wait for one node before it is given up.
  var maximumQueue: Int { queueLimit == 0 ? .max : queueLimit }

  /// Bytes that wait to be sent to a node, for those who want to send no faster than it takes.
  ///
  /// For our own node: the memory of messages between its ports that wait for the event loop, as those
  /// of a deep recursion do.
  public func queuedBytes(for node: String) -> Int {
    loop.preconditionOnLoop()
    if node.isEmpty || node == id { return deferred.bytes }
    guard let entry = entries[node] else { return 0 }
    return entry.link?.queuedBytes ?? entry.waiting?.count ?? 0
  }

  /// Calls `callback` once, from the loop, when all that was sent to a node so far has been handed to
  /// the kernel, or when the node is lost.
  ///
  /// Who sends much sends the next part then: what waits for one node is limited, and going over the
  /// limit costs the connection.
  public func whenDrained(_ node: String, _ callback: @escaping () -> Void) {
    loop.preconditionOnLoop()
    let entry = entry(for: node)
    if entry === home || entry.isIdle {
      `defer`(.job(callback))
      forgetIfIdle(entry)
    } else {
      entry.drainCallbacks.append(callback)
    }
  }

  func drained(_ entry: NodeEntry) {
    let callbacks = entry.drainCallbacks
    entry.drainCallbacks = []
    run { for callback in callbacks { callback() } }
  }

  /// The limits were set: the connections compare with them.
  func queueLimitsChanged() {
    for entry in entries.values { entry.link?.setAlarm() }
  }

  /// Something was added to what waits for a connection.
  func noteWaiting(_ entry: NodeEntry) {
    guard let waiting = entry.waiting, highWaterMark > 0, waiting.count > highWaterMark,
      !waiting.isOverHighWater
    else { return }
    entry.waiting?.isOverHighWater = true
    highWater(entry)
  }

  /// Tells the program, from the loop, that much waits for a node.
  func highWater(_ entry: NodeEntry) {
    guard onHighWater != nil else { return }
    `defer`(
      .job { [unowned self] in
        run { onHighWater?(entry.id, queuedBytes(for: entry.id)) }
      })
  }
}
