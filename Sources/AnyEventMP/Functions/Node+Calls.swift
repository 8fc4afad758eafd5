import AnyEvent

extension Node {
  /// Sends a message with a port for the reply at its end, and calls back with the reply.
  ///
  /// The reply port is made for this call and killed when the reply is there. Without a time-out the
  /// callback is called with an empty message when the port that was asked is killed or its node lost;
  /// with one, when it is over. It is called once. The loop's thread only.
  ///
  /// Corresponds to Perl's `cal`.
  ///
  /// - Parameters:
  ///   - port: who is asked.
  ///   - message: the message, which the reply port is added to.
  ///   - timeout: how long (s) to wait for the reply; without it, as long as the port lives.
  ///   - callback: called with the reply, as part of the reply port; with an empty message, as part
  ///     of the port that is running now.
  /// - Returns: The reply port.
  @discardableResult
  public func call(
    _ port: PortID, _ message: [Value], timeout: Double? = nil,
    _ callback: @escaping (_ reply: Message) throws -> Void
  ) -> PortID {
    let replyPort = makePort()
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
      end = PortMonitor(self, monitor(port.ref) { _ in giveUp() }).guardian
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
