import AnyEvent

extension Node {
  /// Kills a port, here or on another node; those who monitor it are told the reason.
  ///
  /// No reason at all means a normal end. It takes effect from the event loop, after what was sent to
  /// the port before.
  ///
  /// Corresponds to Perl's `kil`.
  public func kill(_ port: PortID, reason: [Value] = []) {
    reason.withUnsafeBufferPointer { kill(port, $0) }
  }

  func kill(_ port: PortID, _ reason: UnsafeBufferPointer<Value>) {
    loop.preconditionOnLoop()
    let ref = resolve(port.ref)
    guard !ref.name.isEmpty else {
      AE.log(.error, in: Log.kernel, "kil: \(port.id) is a node, only ports can be killed")
      return
    }
    switch ref.kind {
    case .local:
      let port = unsafeDowncast(ref, to: LocalPort.self)
      if port.state == .alive { kill(port, reasons.array(reason)) }
    case .remote, .unbound:
      let home = unsafeDowncast(ref, to: RemotePort.self).home
      if home !== self.home { request(.kil1, ref.name, of: home, reason) }
    }
  }

  func kill(_ port: LocalPort, _ reason: [Value]) {
    guard port.state == .alive else { return }
    port.state = .dying
    `defer`(.kill(port, reason))
  }

  /// An error thrown in a callback kills the port with reason `die` and its text.
  func fail(_ port: LocalPort, _ error: any Error) {
    var text = String(describing: error)
    // By scalars: as a Character, CR LF would be neither.
    while text.unicodeScalars.last == "\n" { text.unicodeScalars.removeLast() }
    guard port.state == .alive else {
      let text = "error in a callback of port \(port.id), which is killed already: \(text)"
      AE.log(.error, in: Log.kernel, Log.cut(text))
      return
    }
    kill(port, [.string("die"), .string(text)])
  }

  /// The port is gone from now on: nothing is delivered any more, and the monitors fire.
  func finish(_ port: LocalPort, _ reason: [Value]) {
    guard port.state != .dead else { return }
    ports.remove(port)
    if port.ignoresUnhandled { spawned.remove(port) }
    switch port.die() {
    case .node(let entry): tell(entry, of: port, reason)
    case .some(let monitors): fire(monitors, of: port, reason)
    case nil:
      if reason.isEmpty { return }
      AE.log(
        .error, in: Log.kernel,
        "unmonitored local port \(port.id) died with reason: \(Self.text(of: reason))")
    }
  }

  /// A reason for the log, cut if it is very long.
  static func text(of reason: [Value]) -> String {
    Log.cut(reason.map { $0.string ?? $0.description }.joined(separator: " "))
  }
}
