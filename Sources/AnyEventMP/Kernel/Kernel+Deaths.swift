import AnyEvent

// The deaths of ports, here and on other nodes.
//
// A hundred thousand ports may die at once. The usual ones of such a run take Kernel+QuickDeaths.swift. Four types
// exist for runs alone; without it, one of so many deaths costs so many instructions more: SharedReason 3,850 (the
// array and its encoding are made once), MonitoredPort's first callback 1,050 (no list for a single monitor),
// WatchedPorts' places 650 (no search), DeferredKills 520 (no item of the queue a kill).

extension Kernel {
  /// Kills a port, here or on another node.
  func kill(_ port: PortID, reason: [Value] = []) {
    reason.withUnsafeBufferPointer { kill(port, $0) }
  }

  func kill(_ port: PortID, _ reason: UnsafeBufferPointer<Value>) {
    loop.preconditionOnLoop()
    if port.ref.owner == serial, port.ref.kind == .local, port.ref.asLocal.state == .alive {
      return kill(port.ref.asLocal, reason)
    }
    guard !port.name.isEmpty else {
      return logMistake("kil: \(Log.cut(port.id)) is a node, only ports can be killed")
    }
    switch resolve(port.ref) {
    case .local(let port): kill(port, reason)
    case .remote(let port): port.home.send(.kil1, about: port.name, reason)
    case .ownNode, .gone: break
    }
  }

  @inline(__always)
  func kill(_ port: LocalPort, _ reason: UnsafeBufferPointer<Value>) {
    guard port.state == .alive else { return }
    if reasons.isKept(reason), deferred.append(killOf: port, ofReasonAt: reasons.address) {
      // The kill joins a run in the queue, for which the loop is scheduled already.
      port.state = .dying
    } else {
      kill(port, reasons.array(reason))
    }
  }

  @inline(__always)
  func kill(_ port: LocalPort, _ reason: [Value]) {
    guard port.state == .alive else { return }
    port.state = .dying
    deferKill(of: port, reason)
  }

  /// Kills a port because one that it depends on by a monitor has died.
  func kill(_ port: PortID, becauseOfMonitor reason: [Value]) {
    resolve(port.ref).living?.diesOfMonitor = true
    kill(port, reason: reason)
  }

  /// Kills a port with reason `die` and the text of the error that its callback threw.
  func fail(_ port: LocalPort, _ error: any Error) {
    var text = String(describing: error)
    // By scalars: CR LF is a single Character, which equals neither.
    while text.unicodeScalars.last == "\n" { text.unicodeScalars.removeLast() }
    guard port.state == .alive else {
      let text = "error in a callback of port \(port.id), which is killed already: \(text)"
      return logMistake(Log.cut(text))
    }
    kill(port, [.string("die"), .string(text)])
  }

  /// Ends a port: nothing is delivered to it any more, and its monitors fire.
  ///
  /// A death with a reason and without a monitor is logged.
  func finish(_ port: LocalPort, _ reason: [Value], isLogged: Bool = true) {
    if depth > 0 { retire(port) }
    latest.forget(port)
    guard let dying = ports.takeDying(port) else { return }
    let spawner = port.ignoresUnhandled ? spawned.remove(port) : nil
    dying.die { monitors in
      switch monitors {
      case .node(let entry)?: tell(entry, of: port, reason)
      case .callback(let callback)?: fire(callback, reason)
      case .several(let group)?: fire(.several(group), of: port, reason)
      case nil:
        if !reason.isEmpty, isLogged { logDeath(of: port, reason, spawnedBy: spawner) }
      }
    }
  }

  /// Logs the death of a port without monitors.
  ///
  /// Lines about ports that a peer has spawned are limited in number.
  private func logDeath(of port: LocalPort, _ reason: [Value], spawnedBy spawner: String?) {
    if port.diesOfMonitor {
      AE.log(
        .debug, in: Log.kernel,
        "local port \(port.id) died of a monitor with reason: \(Self.text(of: reason))")
      return
    }
    let text = "unmonitored local port \(port.id) died with reason: \(Self.text(of: reason))"
    if let spawner {
      peerLog.log(.error, in: Log.kernel, text, similarTo: "\(spawner): ports that it has spawned")
    } else {
      AE.log(.error, in: Log.kernel, text)
    }
  }

  /// A reason for the log, cut if it is very long.
  static func text(of reason: [Value]) -> String {
    Log.cut(reason.map { $0.string ?? $0.description }.joined(separator: " "))
  }

  /// Tells the node that the port has died.
  func tell(_ entry: NodeEntry, of port: LocalPort, _ reason: [Value]) {
    entry.watching.remove(port)
    entry.tellDeath(of: port.name, reason, encoded: reasons.encoding(of: reason))
  }

  /// Fires the monitors of another node's port that has died.
  ///
  /// A port that is not monitored, or whose death is known, is ignored.
  func portDied(
    _ name: UnsafeRawBufferPointer, _ reason: UnsafeBufferPointer<Value>, on entry: NodeEntry
  ) {
    guard let port = entry.monitors.take(name) else { return }
    fire(port, reasons.array(reason))
  }
}
