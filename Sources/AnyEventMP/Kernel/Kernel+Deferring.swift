import AnyEvent

extension Kernel {
  /// How many deferred items one loop iteration takes at least.
  private static let deferredPerIteration = 1000

  /// Appends work to the queue of deferred work.
  func `defer`(_ item: consuming DeferredWork.Item) {
    deferred.append(item)
    scheduleDrain()
  }

  /// Kills a port from the loop.
  @inline(__always)
  func deferKill(of port: LocalPort, _ reason: [Value]) {
    deferred.append(killOf: port, reason)
    scheduleDrain()
  }

  /// Delivers a message from the loop.
  ///
  /// Over the limit the receiving port is killed: a message must not be lost without its monitors' firing, and
  /// further sends to a killed port add nothing to the queue.
  func deferMessage(_ message: UnsafeBufferPointer<Value>, to port: LocalPort) {
    let values = Array(message)
    let bytes = DeferredWork.bytes(of: values)
    if deferred.bytes + bytes > limits.maximumQueue {
      let text = "more than \(limits.queue) bytes wait for ports of this node"
      return kill(port, [.string("too_much_queued"), .string(text)])
    }
    `defer`(.message(port, values, bytes: bytes))
    noteDeferred()
  }

  /// The usual case of ``sendLater(_:to:)``, which needs no current node.
  ///
  /// That is a port of this node that the reference leads to already; false when it is another.
  func sendLaterAtOnce(_ message: UnsafeBufferPointer<Value>, to ref: PortRef) -> Bool {
    guard ref.owner == serial, ref.kind == .local, !isTracing else { return false }
    let port = ref.asLocal
    guard port.state == .alive else { return false }
    deferMessage(message, to: port)
    return true
  }

  /// Sends a message, to a port of this node always from the loop.
  func sendLater(_ message: UnsafeBufferPointer<Value>, to ref: PortRef) {
    if sendLaterAtOnce(message, to: ref) { return }
    guard case .local(let port) = resolve(ref) else { return send(message, to: ref) }
    guard port.state == .alive else { return }
    if isTracing { MessageTrace.sent(message, to: port.name, of: id) }
    deferMessage(message, to: port)
  }

  /// Handles a message to the own node port from the loop; over the limit it is the sender's error.
  func deferRequest(_ values: [Value], from entry: NodeEntry? = nil) {
    let bytes = DeferredWork.bytes(of: values)
    if deferred.bytes + bytes > limits.maximumQueue {
      return refuseToSend("more than \(limits.queue) bytes wait for this node", to: "", of: id)
    }
    `defer`(.request(values, from: entry, bytes: bytes))
    noteDeferred()
  }

  private func noteDeferred() {
    guard highWaterMark > 0, deferred.bytes > highWaterMark, !deferred.isOverHighWater else {
      return
    }
    deferred.isOverHighWater = true
    owner.tellHighWater(home)
  }

  @inline(__always)
  private func scheduleDrain() {
    if !isDrainScheduled { scheduleDrainNow() }
  }

  private func scheduleDrainNow() {
    isDrainScheduled = true
    loop.postpone { [reference] in reference.object?.drainDeferred() }
  }

  private func drainDeferred() {
    isDrainScheduled = false
    run {
      // Half of a long queue, or it would grow for ever when every iteration brings that many more:
      // once something waits, what peers send is behind it.
      var left = max(Self.deferredPerIteration, deferred.count / 2)
      while left > 0 {
        if let (reason, run) = deferred.firstRun {
          left -= finishPorts(of: run, reason, atMost: left)
        } else if let item = deferred.popFirst() {
          left -= 1
          perform(item)
        } else {
          break
        }
      }
      if !deferred.isEmpty { scheduleDrain() }
    }
  }

  /// Carries out kills of one run; returns how many.
  ///
  /// What is called may run the loop, and so this function, again: what is left is always in the queue.
  private func finishPorts(of run: Int, _ reason: [Value], atMost limit: Int) -> Int {
    var count = 0
    while count < limit, let port = deferred.popKill(of: run) {
      count += 1
      port._withUnsafeGuaranteedRef { finish($0, reason) }
    }
    return count
  }

  private func perform(_ item: consuming DeferredWork.Item) {
    switch item {
    case .message(let port, let values, _):
      if port.state != .dead { values.withUnsafeBufferPointer { deliver($0, to: port) } }
    case .request(let values, let entry, _):
      values.withUnsafeBufferPointer {
        if isTracing { MessageTrace.received($0, for: "", from: id) }
        owner.handleOwnRequest($0, from: entry ?? home)
      }
    case .kills:
      // A run is taken out kill by kill, and goes with the last of them.
      break
    case .job(let job):
      job()
    }
  }
}
