import AnyEvent

extension Node {
  /// Calls `callback` once with the reason when the port dies or its node is lost.
  ///
  /// The callback runs in the context of the port that is running now; the token takes the monitor
  /// back. From now on every message to the port is delivered, in order, or the monitor fires.
  func monitor(_ ref: PortRef, _ callback: @escaping (Message) throws -> Void) -> MonitorToken {
    let watcher = running?.takeUnretainedValue()
    return add(.callback(watcher, callback), to: resolve(ref))
  }

  func add(_ monitor: Monitor, to ref: PortRef) -> MonitorToken {
    monitorSerial += 1
    let token = MonitorToken(port: ref, serial: monitorSerial)
    if ref.kind == .local, unsafeDowncast(ref, to: LocalPort.self).state != .dead {
      let port = unsafeDowncast(ref, to: LocalPort.self)
      MonitorList.insert(monitor, token.serial, into: &port.monitors)
    } else if ref.kind == .remote, unsafeDowncast(ref, to: RemotePort.self).home !== home {
      addRemote(monitor, token, of: unsafeDowncast(ref, to: RemotePort.self).home)
    } else if !ref.name.isEmpty {
      MonitorList.insert(monitor, token.serial, into: &home.monitors[ref.name])
      `defer`(.job { [unowned self] in fireForMissingPort(token) })
    }
    return token
  }

  private func fireForMissingPort(_ token: MonitorToken) {
    let name = token.port.name
    let monitor = MonitorList.remove(token.serial, from: &home.monitors[name])
    guard let monitor else { return }
    fire(.one(token.serial, monitor), port: name, Self.noSuchPort(token.port.id))
  }

  private func addRemote(_ monitor: Monitor, _ token: MonitorToken, of entry: NodeEntry) {
    let name = token.port.name
    var list = entry.monitors[name]
    let isFirst = list == nil
    if !isFirst { entry.monitors[name] = nil }
    MonitorList.insert(monitor, token.serial, into: &list)
    entry.monitors[name] = list
    if isFirst, !name.isEmpty { request(entry, [.string("mon1"), .string(name)]) }
    connect(to: entry)
  }

  /// Takes a monitor back; nothing when it has fired.
  func remove(_ token: MonitorToken) {
    if token.port.kind == .local {
      // The callback goes when the dictionary is whole again: its end may run code of the program.
      let port = unsafeDowncast(token.port, to: LocalPort.self)
      let monitor = MonitorList.remove(token.serial, from: &port.monitors)
      return withExtendedLifetime(monitor) {}
    }
    let entry = unsafeDowncast(token.port, to: RemotePort.self).home
    let name = token.port.name
    let monitor = MonitorList.remove(token.serial, from: &entry.monitors[name])
    guard monitor != nil, entry.monitors[name] == nil else { return }
    if !name.isEmpty, entry !== home { request(entry, [.string("mon0"), .string(name)]) }
    forgetIfIdle(entry)
  }

  /// Tells everyone who watched a port of this name, in the order in which they began to.
  func fire(_ monitors: MonitorList, port: String, _ reason: [Value]) {
    monitors.visit { monitor in
      switch monitor {
      case .callback(let watcher, let callback):
        peval(watcher) { try callback(Message(reason)) }
      case .node(let entry):
        entry.watching[port] = nil
        if entry.link != nil {
          request(entry, [.string("kil0"), .string(port)] + sendable(reason))
        }
      }
    }
  }

  /// A reason as it can be sent: one that cannot must not keep the other node from being told.
  private func sendable(_ reason: [Value]) -> [Value] {
    if reason.count < 10, limits.maximumSize > 4096, reason.allSatisfy(Self.canAlwaysBeSent) {
      return reason
    }
    do {
      try reason.withUnsafeBufferPointer { reason in
        // Half of what is allowed: the request's name, the port and JSON's escapes need room too.
        let half = CodecLimits(
          maximumSize: limits.maximumSize / 2, maximumDepth: limits.maximumDepth)
        try CBOREncoding.appendPacket(name: "", reason, to: ByteBuffer(), limits: half)
      }
      return reason
    } catch {
      return [.string("die"), .string("the reason could not be sent: \(error)")]
    }
  }

  /// Whether a value is short and simple, as nearly all reasons are.
  private static func canAlwaysBeSent(_ value: Value) -> Bool {
    switch value {
    case .null, .bool, .int: true
    case .string(let text): text.utf8.count < 100
    default: false
    }
  }

  /// Runs `body` as a callback of the port: what it throws kills the port.
  ///
  /// Without a port, or when that is killed already, what it throws is only logged.
  func peval(_ port: LocalPort?, _ body: () throws -> Void) {
    let before = running
    running = port.map { .passUnretained($0) }
    defer { running = before }
    do {
      try run(body)
    } catch {
      if let port { return fail(port, error) }
      AE.log(.error, in: Log.kernel, "error in a callback: \(error)")
    }
  }

  static func noSuchPort(_ id: String) -> [Value] {
    [.string("no_such_port"), .string("cannot monitor nonexistent port"), .string(id)]
  }
}
