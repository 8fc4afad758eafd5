import AnyEvent

extension Functions {
  /// Sends a message with a port for the reply at its end.
  @discardableResult
  func call(
    _ port: PortID, _ message: [Value], timeout: Double? = nil,
    _ callback: @escaping (_ reply: Message) throws -> Void
  ) -> PortID {
    let kernel = kernel
    let replyPort = kernel.port()
    guard let local = kernel.localPort(replyPort, for: "cal") else { return replyPort }
    let caller = kernel.running?.takeUnretainedValue()
    let giveUp = { [unowned kernel, unowned local] in
      guard local.state == .alive else { return }
      kernel.kill(local, [])
      kernel.peval(caller) { try callback(Message()) }
    }
    // What ends the waiting goes with the callback: when the reply is there or the port is killed.
    let end: Guard
    if let timeout {
      let timeLimit = kernel.loop.timer(
        after: timeout, { [reference = kernel.reference] in reference.object?.run(giveUp) })
      end = Guard { timeLimit.cancel() }
    } else {
      end = kernel.monitor(port) { _ in giveUp() }.guardian
    }
    local.fallback = Handler { [unowned kernel, unowned local] reply in
      kernel.kill(local, [])
      local.fallback = nil
      withExtendedLifetime(end) {}
      try callback(Message(reply, dropping: 0))
    }
    kernel.send(message + [.string(replyPort.id)], to: port)
    return replyPort
  }
}
