import AnyEvent

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
      // It waits behind others of a run, so that the loop is to come to it already.
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

  /// An error thrown in a callback kills the port with reason `die` and its text.
  func fail(_ port: LocalPort, _ error: any Error) {
    var text = String(describing: error)
    // By scalars: as a Character, CR LF would be neither.
    while text.unicodeScalars.last == "\n" { text.unicodeScalars.removeLast() }
    guard port.state == .alive else {
      let text = "error in a callback of port \(port.id), which is killed already: \(text)"
      return logMistake(Log.cut(text))
    }
    kill(port, [.string("die"), .string(text)])
  }

  /// The port is gone from now on: nothing is delivered any more, and the monitors fire.
  ///
  /// With a reason and without a monitor that is logged, unless a monitor has killed it.
  func finish(_ port: LocalPort, _ reason: [Value], isLogged: Bool = true) {
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

  /// Nobody is told that a port has died, so it is logged; a node that spawns ports again and again has
  /// as many lines as others whose requests fail.
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
}
