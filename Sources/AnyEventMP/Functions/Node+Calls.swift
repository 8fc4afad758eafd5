import AnyEvent

extension Node {
  /// Sends a message with a port for the reply at its end: see ``call(_:_:timeout:_:)``.
  @discardableResult
  package func call(
    _ port: PortID, _ message: [Value], timeout: Double? = nil,
    _ callback: @escaping (_ reply: Message) throws -> Void
  ) -> PortID {
    let replyPort = self.port()
    guard let local = localPort(replyPort, for: "cal") else { return replyPort }
    let caller = running?.takeUnretainedValue()
    let giveUp = { [unowned self, unowned local] in
      guard local.state == .alive else { return }
      kill(local, [])
      peval(caller) { try callback(Message()) }
    }
    // What ends the waiting goes with the callback: when the reply is there or the port is killed.
    let end: Guard
    if let timeout {
      let timer = loop.timer(after: timeout, { [reference] in reference.node?.run(giveUp) })
      end = Guard { timer.cancel() }
    } else {
      end = Subscription(self, .port(monitor(port.ref) { _ in giveUp() })).guardian
    }
    local.fallback = Handler { [unowned self, unowned local] reply in
      kill(local, [])
      local.fallback = nil
      withExtendedLifetime(end) {}
      try callback(Message(reply, dropping: 0))
    }
    send(message + [.string(replyPort.id)], to: port)
    return replyPort
  }
}
