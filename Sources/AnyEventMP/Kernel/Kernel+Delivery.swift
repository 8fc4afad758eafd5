internal import AEValue
import AnyEvent

extension Kernel {
  /// The depth of nested local sends from which on the event loop takes over.
  @inlinable @inline(__always) static var maximumDepth: Int { 50 }

  /// Sends a message; to an own port it usually means calling it right away.
  func send(_ message: UnsafeBufferPointer<Value>, to ref: PortRef) {
    if ref.kind == .local {
      if ref.owner == serial, !isTracing {
        let port = ref.asLocal
        if port.state == .alive {
          return canCall(port) ? call(port, message) : deferMessage(message, to: port)
        }
      }
    } else if let port = foundRemote(ref) {
      let isSent = port._withUnsafeGuaranteedRef { port in
        let home = port.home
        guard home.isCurrent, home !== self.home else { return false }
        home.send(message, to: port.name)
        return true
      }
      if isSent { return }
    }
    sendSlowly(message, to: ref)
  }

  /// The port of another node that a reference was found to lead to; nil where it has to be looked up.
  @inline(__always)
  func foundRemote(_ ref: PortRef) -> Unmanaged<RemotePort>? {
    if ref.kind == .unbound {
      return ref.asUnbound.belongs(to: serial) ? ref.asUnbound.boundRemote : nil
    }
    return ref.route == PortRef.route(serial, .remote) ? .passUnretained(ref.asRemote) : nil
  }

  /// Whether a message to the port can be delivered by a call, now.
  @inline(__always)
  func canCall(_ port: LocalPort) -> Bool {
    port.state == .alive && depth < Self.maximumDepth && deferred.isEmpty
  }

  private func sendSlowly(_ message: UnsafeBufferPointer<Value>, to ref: PortRef) {
    switch resolve(ref) {
    case .local(let port):
      // A message that is sent after a kil would come after it.
      if port.state != .alive { return }
      if isTracing { MessageTrace.sent(message, to: port.name, of: id) }
      if canCall(port) {
        deliver(message, to: port)
      } else {
        deferMessage(message, to: port)
      }
    case .remote(let port):
      port.home.send(message, to: port.name)
    case .ownNode:
      if isTracing { MessageTrace.sent(message, to: "", of: id) }
      deferRequest(Array(message))
    case .gone:
      if isTracing { MessageTrace.sent(message, to: ref.name, of: id) }
    }
  }

  /// Sends a request to a node's own port.
  ///
  /// A node's requests to itself, as those to its own database, have no limit: none may get lost.
  func request(_ entry: NodeEntry, _ values: [Value]) {
    values.withUnsafeBufferPointer { message in
      if entry === home {
        if isTracing { MessageTrace.sent(message, to: "", of: id) }
        `defer`(.request(values, bytes: 0))
      } else {
        entry.send(message, to: "")
      }
    }
  }

  func send(_ message: [Value], to port: PortID) {
    message.withUnsafeBufferPointer { send($0, to: port.ref) }
  }

  /// Calls the receiver of a message from a port of this node.
  @inline(__always)
  func deliver(_ message: UnsafeBufferPointer<Value>, to port: LocalPort) {
    if isTracing { MessageTrace.received(message, for: port.name, from: id) }
    call(port, message)
  }

  /// Kills the running port for a message that cannot be sent, since that is the sender's error.
  func refuseToSend(_ error: some CustomStringConvertible, to name: String, of node: String) {
    let text = "cannot send a message to \(Log.cut("\(node)#\(name)")): \(error)"
    if notesRefusals {
      refusal = text
      return
    }
    guard let sender = acting else {
      // A peer can cause this, too, by a message that it has relayed.
      peerLog.log(.error, in: Log.kernel, text, similarTo: "\(Log.cut(node)): cannot send")
      return
    }
    kill(sender, [.string("die"), .string(text)])
  }

  /// Sends a message, and returns why it cannot be sent.
  func trySending(_ message: [Value], to port: PortID) -> String? {
    // A callback of a port here, which is called at once, may make mistakes of its own.
    guard case .remote = resolve(port.ref) else {
      send(message, to: port)
      return nil
    }
    notesRefusals = true
    defer {
      notesRefusals = false
      refusal = nil
    }
    send(message, to: port)
    return refusal
  }

  /// Delivers a message from a connection to a port of ours, if there is one of that name.
  @inline(__always)
  func receive(
    _ name: UnsafeRawBufferPointer, _ message: UnsafeBufferPointer<Value>, in framing: Framing
  ) {
    if let port = latest.port(named: name) {
      port._withUnsafeGuaranteedRef { port in
        if isDirect { latest.refresh(for: framing) }
        if port.state == .alive { call(port, message) }
      }
    } else if let port = ports.find(name), port.state == .alive {
      if depth == 0 { latest.note(port) }
      call(port, message)
    }
  }

  /// Calls the callback that the message is for; an error thrown in it kills the port.
  @inline(__always)
  func call(_ port: LocalPort, _ message: UnsafeBufferPointer<Value>) {
    _ = entering(port) {
      if message.count > 0, case .string(let tag) = message[0], port.isFirst(tag) {
        return try port.firstHandler.call(MessageInput(message))
      }
      try callOther(of: port, message)
      return true
    }
  }

  /// Runs a callback of the port; an error thrown in it kills the port, and counts as taken.
  @inlinable @inline(__always)
  func entering(_ port: LocalPort, _ callback: () throws -> Bool) -> Bool {
    let before = running
    running = .passUnretained(port)
    depth &+= 1
    defer {
      depth &-= 1
      running = before
      if hasRetired { releaseRetired() }
    }
    do {
      return try callback()
    } catch {
      failRunning(error)
      return true
    }
  }

  /// Kills the port whose callback has thrown an error.
  ///
  /// It is read back, since to keep it over the call would cost each message three instructions.
  @usableFromInline @inline(never)
  func failRunning(_ error: any Error) { running?._withUnsafeGuaranteedRef { fail($0, error) } }

  /// Calls the callback of a tag other than the first, or the fallback.
  private func callOther(
    of port: LocalPort, _ message: UnsafeBufferPointer<Value>
  ) throws {
    let tag = message.first?.string ?? ""
    if let handler = port.handler(for: tag) ?? port.fallback {
      _ = try handler.call(MessageInput(message))
    } else if !port.ignoresUnhandled {
      kill(
        port,
        [
          .string("unhandled_message"),
          .string("no callback found for message '\(Self.printable(tag))'"),
        ])
    }
  }

  /// A tag as it may stand in a reason: 30 printable characters at most.
  private static func printable(_ tag: String) -> String {
    String(
      String.UnicodeScalarView(
        tag.unicodeScalars.prefix(30).map { (0x20...0x7e).contains($0.value) ? $0 : "." }))
  }
}
