import AnyEvent

extension Kernel {
  /// Calls `callback` once with the reason when the port dies or its node is lost.
  ///
  /// The callback runs in the context of the port that is running now; the token takes the monitor
  /// back. From now on every message to the port is delivered, in order, or the monitor fires.
  func monitor(_ ref: PortRef, _ callback: @escaping (Message) throws -> Void) -> MonitorToken {
    monitorSerial += 1
    let serial = monitorSerial
    let callback = MonitorCallback(
      serial: serial, watcher: acting, call: callback)
    switch resolve(ref) {
    case .local(let port):
      MonitorList.insert(.callback(callback), serial, into: &port.monitors)
      return MonitorToken(place: .local(port), serial: serial)
    case .remote(let port):
      addRemote(callback, port.name, of: port.home)
      return MonitorToken(place: .node(port.home, port: port.name), serial: serial)
    case .gone:
      _ = add(callback, ref.name, to: home)
      `defer`(.job { [unowned self] in fire(serial, forMissing: ref.name) })
      return MonitorToken(place: .node(home, port: ref.name), serial: serial)
    case .ownNode:
      return MonitorToken(place: .nowhere, serial: serial)
    }
  }

  /// The same; the result takes the monitor back.
  func monitor(
    _ port: PortID, _ callback: @escaping (Message) throws -> Void
  ) -> Subscription {
    Subscription(self, monitor(port.ref, callback))
  }

  /// Calls `callback` once with the reason when the node of a port is lost, of which no packet is needed; nil if that is
  /// this node.
  func monitorNode(of ref: PortRef, _ callback: @escaping (Message) throws -> Void) -> MonitorToken?
  {
    guard case .remote(let port) = resolve(ref) else { return nil }
    monitorSerial += 1
    addRemote(
      MonitorCallback(serial: monitorSerial, watcher: acting, call: callback), "", of: port.home)
    return MonitorToken(place: .node(port.home, port: ""), serial: monitorSerial)
  }

  /// Adds a callback to those on a port of that node; true when it is the first.
  private func add(_ callback: MonitorCallback, _ name: String, to entry: NodeEntry) -> Bool {
    if let port = entry.monitors.find(name) {
      port.insert(callback)
      return false
    }
    entry.monitors.insert(MonitoredPort(name: name, callback))
    return true
  }

  private func addRemote(_ callback: MonitorCallback, _ name: String, of entry: NodeEntry) {
    let isFirst = add(callback, name, to: entry)
    if isFirst, !name.isEmpty { entry.send(.mon1, about: name) }
    entry.connect()
  }

  private func fire(_ serial: UInt64, forMissing name: String) {
    guard let callback = takeCallback(serial, name, from: home) else { return }
    fire(callback, Self.noSuchPort("\(id)#\(name)"))
  }

  /// Takes a monitor back; nothing when it has fired.
  func remove(_ token: MonitorToken) {
    switch token.place {
    case .local(let port):
      // The callback goes when the list is whole again: its end may run code of the program.
      let callback = MonitorList.remove(token.serial, from: &port.monitors)
      if callback == nil { firing.takeBack(token.serial) }
      withExtendedLifetime(callback) {}
    case .node(let entry, port: let name):
      guard let callback = takeCallback(token.serial, name, from: entry) else {
        return firing.takeBack(token.serial)
      }
      if entry.monitors.find(name) == nil {
        if !name.isEmpty { entry.send(.mon0, about: name) }
        entry.forgetIfIdle()
      }
      withExtendedLifetime(callback) {}
    case .nowhere:
      break
    }
  }

  /// Takes a callback out of the monitors on a port of that node; the port goes with the last of them.
  private func takeCallback(
    _ serial: UInt64, _ name: String, from entry: NodeEntry
  ) -> MonitorCallback? {
    guard let port = entry.monitors.find(name) else { return nil }
    let callback = port.remove(serial)
    if port.isEmpty { entry.monitors.remove(port) }
    return callback
  }

  /// Tells all monitors of a port of this node, oldest first.
  func fire(_ monitors: MonitorList, of port: LocalPort, _ reason: [Value]) {
    firing.begin()
    monitors.visit { monitor in
      switch monitor {
      case .callback(let callback): fire(callback, reason)
      case .node(let entry): tell(entry, of: port, reason)
      }
    }
    firing.end()
  }

  /// Calls all monitors of a lost node's ports.
  func fire(_ monitors: [MonitoredPort], _ reason: [Value]) {
    firing.begin()
    for port in monitors.sorted(by: { $0.name < $1.name }) { fire(port, reason) }
    firing.end()
  }

  /// Calls the monitors of a port of another node, which its table has no more.
  func fire(_ port: MonitoredPort, _ reason: [Value]) {
    firing.begin()
    port.takeAll { fire($0, reason) }
    firing.end()
  }

  func fire(_ callback: MonitorCallback, _ reason: [Value]) {
    if firing.isTakenBack(callback.serial) { return }
    peval(callback.watcher) { try callback.call(Message(reason)) }
  }

  /// Runs `body` as a callback of the port: an error kills the port.
  ///
  /// Without a port, or when that is killed already, the error is only logged.
  @inline(__always)
  func peval(_ port: LocalPort?, _ body: () throws -> Void) {
    let before = running
    running = port.map { .passUnretained($0) }
    defer { running = before }
    do {
      try run(body)
    } catch {
      failed(port, error)
    }
  }

  private func failed(_ port: LocalPort?, _ error: any Error) {
    if let port { return fail(port, error) }
    logMistake(Log.cut("error in a callback: \(error)"))
  }

  static func noSuchPort(_ id: String) -> [Value] {
    [.string("no_such_port"), .string("cannot monitor nonexistent port"), .string(id)]
  }
}

// A node that asked with `mon1` gets `kil0` when the port dies.

extension Kernel {
  /// Notes that the node wants to know of the port's death; it is told once, however often it asks.
  func startWatching(_ port: LocalPort, for entry: NodeEntry) {
    guard !entry.watching.contains(port) else { return }
    entry.watching.insert(port)
    monitorSerial += 1
    MonitorList.insert(.node(entry), monitorSerial, into: &port.monitors)
  }

  /// Forgets that the node wants to know of the port's death.
  func stopWatching(_ port: LocalPort, for entry: NodeEntry) {
    if entry.watching.remove(port) { MonitorList.remove(entry, from: &port.monitors) }
  }

  /// Tells a node of the death of all ports that it monitors, though the ports live on here.
  func tellDeaths(to entry: NodeEntry, _ reason: [Value]) {
    for port in entry.watching.removeAll() {
      MonitorList.remove(entry, from: &port.monitors)
      entry.tellDeath(of: port.name, reason, encoded: reasons.encoding(of: reason))
    }
  }

  /// Forgets all that a lost node wanted to know.
  func stopWatching(for entry: NodeEntry) {
    for port in entry.watching.removeAll() { MonitorList.remove(entry, from: &port.monitors) }
  }
}

// Requests about one port. They come in thousands when a node has many watched ports: nothing here makes
// a string, and an array only for a reason that is not the last one again.

extension Kernel {
  /// Carries out a node's request about the port of that name, or takes its news.
  func perform(
    _ request: PortRequest, about name: UnsafeRawBufferPointer, _ rest: UnsafeBufferPointer<Value>,
    for entry: NodeEntry
  ) {
    // The node port is not monitored and cannot be killed; 2.02 nodes send `mon0` for it all the same.
    if name.isEmpty { return }
    switch request {
    case .mon1: monitorRequested(of: name, by: entry)
    case .mon0: if let port = ports.find(name) { stopWatching(port, for: entry) }
    case .kil0: portDied(name, rest, on: entry)
    case .kil1: if let port = ports.find(name) { kill(port, rest) }
    }
  }

  private func monitorRequested(of name: UnsafeRawBufferPointer, by entry: NodeEntry) {
    if let port = ports.find(name) { return startWatching(port, for: entry) }
    let name = String(decoding: name, as: UTF8.self)
    let reason: [Value] =
      spawned.hasRefused(name, to: entry.id)
      ? [.string("too_many_ports"), .string(spawned.reason(for: entry.id))]
      : Self.noSuchPort(Log.cut("\(id)#\(name)", to: limits.name))
    reason.withUnsafeBufferPointer { entry.send(.kil0, about: name, $0) }
  }
}
