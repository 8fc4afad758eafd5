internal import AEValue
import AnyEvent

extension Node {
  /// How deep local sends call each other before the event loop takes over.
  private static let maximumDepth = 50

  /// Sends a message; to an own port it usually means calling it right away.
  final func send(_ message: UnsafeBufferPointer<Value>, to ref: PortRef) {
    if ref.owner == serial {
      if ref.kind == .local {
        let port = unsafeDowncast(ref, to: LocalPort.self)
        if port.state == .alive, depth < Self.maximumDepth, deferred.isEmpty, !isTracing {
          return call(port, message)
        }
      } else if let link = unsafeDowncast(ref, to: RemotePort.self).home.link {
        return link.send(to: ref.name, message)
      }
    } else if ref.kind == .unbound {
      let unbound = unsafeDowncast(ref, to: UnboundPort.self)
      if unbound.belongs(to: serial), let bound = unbound.bound, bound.kind == .remote,
        let link = unsafeDowncast(bound, to: RemotePort.self).home.link
      {
        // An entry with a link is one that the node routes by.
        return link.send(to: ref.name, message)
      }
    }
    sendSlowly(message, to: ref)
  }

  private func sendSlowly(_ message: UnsafeBufferPointer<Value>, to ref: PortRef) {
    let target = resolve(ref)
    switch target.kind {
    case .local:
      let port = unsafeDowncast(target, to: LocalPort.self)
      // What is sent after a kil would come after it.
      if port.state != .alive { return }
      if isTracing { MessageTrace.sent(message, to: port.name, of: id) }
      if depth < Self.maximumDepth, deferred.isEmpty {
        deliver(message, to: port)
      } else {
        deferMessage(message, to: port)
      }
    case .remote:
      let home = unsafeDowncast(target, to: RemotePort.self).home
      if home === self.home {
        sendToOwnNode(message, name: target.name)
      } else {
        send(message, to: target.name, of: home)
      }
    case .unbound:
      misuse("resolve() answers with a port of some node")
    }
  }

  /// Calls the receiver of a message from a port of this node.
  func deliver(_ message: UnsafeBufferPointer<Value>, to port: LocalPort) {
    if isTracing { MessageTrace.received(message, for: port.name, from: id) }
    call(port, message)
  }

  /// A message to our node port is handled from the loop; one to an own port that does not exist is
  /// dropped, as everywhere.
  private func sendToOwnNode(_ message: UnsafeBufferPointer<Value>, name: String) {
    if isTracing { MessageTrace.sent(message, to: name, of: id) }
    if name.isEmpty { deferRequest(Array(message)) }
  }

  /// Sends to a port of another node, which gets a connection if it has none.
  func send(_ message: UnsafeBufferPointer<Value>, to name: String, of entry: NodeEntry) {
    if let link = entry.link { return link.send(to: name, message) }
    if isTracing { MessageTrace.sent(message, to: name, of: entry.id) }
    let waiting = entry.waiting ?? WaitingPackets()
    if waiting.isCut { return }
    let before = entry.waiting == nil ? -QueueTotal.entry : waiting.count
    do {
      try checkName(entry.id, "the node's name")
      try waiting.append(name: name, message, limits: limits)
    } catch {
      forgetIfIdle(entry)
      return refuseToSend("\(error)", to: name, of: entry.id)
    }
    entry.waiting = waiting
    queues.unconnected += waiting.count - before
    if waiting.count > maximumQueue { return cutQueue(of: entry, "too much queued") }
    if queues.isOverUnconnected {
      return cutQueue(of: entry, "too much queued for nodes that are not connected")
    }
    noteWaiting(entry)
    connect(to: entry)
  }

  /// Gives a node up whose queue is over the limit; its monitors fire from the loop.
  private func cutQueue(of entry: NodeEntry, _ reason: String) {
    _ = takeWaiting(entry)
    entry.waiting = WaitingPackets()
    entry.waiting?.isCut = true
    `defer`(
      .job { [unowned self] in
        guard entry.waiting?.isCut == true else { return }
        nodeDown(
          entry, [.string("transport_error"), .string(entry.id), .string(reason)])
      })
  }

  /// A message that cannot be sent is the sender's error: it kills the port that sends it.
  func refuseToSend(_ error: some CustomStringConvertible, to name: String, of node: String) {
    let text = "cannot send a message to \(Log.cut("\(node)#\(name)")): \(error)"
    guard let running else {
      // A peer can cause it too, by what it has relayed.
      peerLog.log(.error, in: Log.kernel, text, similarTo: "\(Log.cut(node)): cannot send")
      return
    }
    kill(running.takeUnretainedValue(), [.string("die"), .string(text)])
  }

  /// Handles a packet from a connection, which is valid only during the call.
  @inline(__always)
  final func receive(
    _ name: UnsafeRawBufferPointer, _ message: UnsafeBufferPointer<Value>, from entry: NodeEntry
  ) {
    if name.isEmpty {
      if !message.isEmpty { handleRequest(message, from: entry) }
    } else if let port = ports.find(name), port.state == .alive {
      call(port, message)
    }
  }

  /// Calls the callback that the message is for; an error thrown in it kills the port.
  @inline(__always)
  final func call(_ port: LocalPort, _ message: UnsafeBufferPointer<Value>) {
    let before = running
    running = .passUnretained(port)
    depth += 1
    defer {
      depth -= 1
      running = before
    }
    do {
      if message.count > 0, case .string(let tag) = message[0], port.isFirst(tag) {
        try port.firstHandler.call(message)
      } else {
        try callOther(of: port, message)
      }
    } catch {
      fail(port, error)
    }
  }

  /// The callback for another tag than the first, or for all that no tag takes.
  private func callOther(
    of port: LocalPort, _ message: UnsafeBufferPointer<Value>
  ) throws {
    let tag = message.first?.string ?? ""
    if let handler = port.handler(for: tag) ?? port.fallback {
      try handler.call(message)
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
