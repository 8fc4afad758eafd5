import AnyEvent
import CAEBasics

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
  /// Over the limit the receiving port is killed: when a message is lost, monitors must fire, and further sends to a
  /// killed port add nothing to the queue.
  func deferMessage(_ message: UnsafeBufferPointer<Value>, to port: LocalPort) {
    withUnsafeTemporaryAllocation(of: Value.self, capacity: message.count) { copy in
      _ = copy.initialize(fromContentsOf: message)
      deferMessage(moving: copy, to: port)
    }
  }

  /// The same with values that are moved out of the buffer.
  @inline(__always)
  private func deferMessage(moving message: UnsafeMutableBufferPointer<Value>, to port: LocalPort) {
    let bytes = DeferredWork.bytes(of: UnsafeBufferPointer(message))
    if deferred.bytes + bytes > limits.maximumQueue {
      message.deinitialize()
      return killForQueue(port)
    }
    deferred.append(moving: message, to: port, bytes: bytes)
    scheduleDrain()
    if highWaterMark > 0 { noteDeferred() }
  }

  @inline(never)
  private func killForQueue(_ port: LocalPort) {
    let text = "more than \(limits.queue) bytes wait for ports of this node"
    kill(port, [.string("too_much_queued"), .string(text)])
  }

  /// The usual cases of ``sendLater(_:to:)``, which move the values out of the buffer.
  ///
  /// They are a port of this node that the reference leads to already, without a need for a current node, and in
  /// a callback a port of another node that was found before. False in all other cases, and the values are where
  /// they were.
  @inline(__always)
  func sendAtOnce(moving message: UnsafeMutableBufferPointer<Value>, to ref: PortRef) -> Bool {
    guard ref.owner == serial, ref.kind == .local, !isTracing else {
      return sendAway(moving: message, to: ref)
    }
    let port = ref.asLocal
    guard port.state == .alive else { return false }
    deferMessage(moving: message, to: port)
    return true
  }

  private func sendAway(moving message: UnsafeMutableBufferPointer<Value>, to ref: PortRef) -> Bool
  {
    guard ref.kind == .unbound, isBound else { return false }
    let unbound = ref.asUnbound
    guard unbound.belongs(to: serial), let bound = unbound.bound.map(Unmanaged.passUnretained)
    else { return false }
    // Not retained: sending calls nothing of the program, and lets go of neither.
    return bound._withUnsafeGuaranteedRef { bound in
      guard bound.kind == .remote else { return false }
      let home = Unmanaged.passUnretained(bound.asRemote.home)
      return home._withUnsafeGuaranteedRef { home in
        guard home.isCurrent else { return false }
        home.send(UnsafeBufferPointer(message), to: ref.name)
        message.destroyValues()
        return true
      }
    }
  }

  /// Sends a message, to a port of this node always from the loop.
  func sendLater(_ message: UnsafeBufferPointer<Value>, to ref: PortRef) {
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
        if let (port, run) = deferred.firstMessages {
          left -= deliverMessages(of: run, to: port, atMost: left)
        } else if let (reason, run) = deferred.firstRun {
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
  /// A callback may run the loop, and so this function, again: the rest is always in the queue.
  private func finishPorts(of run: Int, _ reason: [Value], atMost limit: Int) -> Int {
    var count = 0
    while count < limit, let port = deferred.popKill(of: run) {
      count += 1
      // Ports that are killed together may lie all over the memory.
      if let soon = deferred.portKilledSoon { ae_prefetch(soon.toOpaque()) }
      if finishQuickly(port, reason) { continue }
      port._withUnsafeGuaranteedRef { finish($0, reason) }
    }
    return count
  }

  /// Delivers messages of one run; returns how many.
  ///
  /// Each is out of the queue, and has a place of its own, when it is delivered, for the same reason.
  private func deliverMessages(of run: Int, to port: LocalPort, atMost limit: Int) -> Int {
    var count = 0
    while count < limit, let size = deferred.nextCount(of: run) {
      count += 1
      withUnsafeTemporaryAllocation(of: Value.self, capacity: size) { message in
        deferred.popMessage(of: run, into: message)
        if port.state != .dead { deliver(UnsafeBufferPointer(message), to: port) }
        message.destroyValues()
      }
    }
    return count
  }

  private func perform(_ item: consuming DeferredWork.Item) {
    switch item {
    case .request(let values, let entry, _):
      values.withUnsafeBufferPointer {
        if isTracing { MessageTrace.received($0, for: "", from: id) }
        owner.handleOwnRequest($0, from: entry ?? home)
      }
    case .messages, .kills:
      // A run is taken out piece by piece, and goes with the last of them.
      break
    case .job(let job):
      job()
    }
  }
}

extension UnsafeMutableBufferPointer<Value> {
  /// Destroys the values, of which most hold nothing that has to be released.
  @inline(__always)
  fileprivate func destroyValues() {
    for index in indices {
      switch self[index] {
      case .null, .bool, .int, .uint, .double: break
      case .string, .bytes, .array, .hash: deinitializeElement(at: index)
      }
    }
  }
}
