import AnyEvent

extension Node {
  /// Calls `callback` once with the reason when a port is killed, or when messages to it may have been
  /// lost.
  ///
  /// From now on every message that is sent to the port is delivered, in order and without holes, or
  /// the monitor fires. A port that does not exist fires it from the event loop with `no_such_port`. The
  /// id of another node fires it when the connection to that node is lost, or cannot be made.
  ///
  /// The callback runs as part of the port that is running now: what it throws kills that. The loop's
  /// thread only.
  ///
  /// Corresponds to Perl's `mon $port, sub { … }`.
  ///
  /// - Returns: What takes the monitor back.
  @discardableResult
  public func monitor(
    _ port: PortID, _ callback: @escaping (_ reason: Message) throws -> Void
  ) -> Subscription {
    loop.preconditionOnLoop()
    return kernel.monitor(port, callback)
  }

  /// Kills another port when a port is killed with a reason, with the same reason; nothing when it
  /// ends without one.
  ///
  /// What dies so is not logged as a death that nobody watches.
  @discardableResult
  public func monitor(_ port: PortID, killing other: PortID) -> Subscription {
    monitor(port) { [reference = kernel.reference] reason in
      if !reason.isEmpty { reference.object?.kill(other, becauseOfMonitor: reason.values) }
    }
  }

  /// Sends a message when a port is killed: see ``monitor(_:sending:to:)``.
  @discardableResult
  package func monitor(
    _ port: PortID, sendingTo other: PortID, _ message: [Value]
  ) -> Subscription {
    monitor(port) { [reference = kernel.reference] reason in
      reference.object?.send(message + reason.values, to: other)
    }
  }

  /// Kills the port whose callback is running when a port is killed with a reason.
  ///
  /// Outside of a port's callback nothing happens but a line in the log: a function that is meant to
  /// be spawned may be called without a port, by whoever likes to.
  func monitorForCaller(_ port: PortID) -> Subscription? {
    guard let running = kernel.running else {
      kernel.logMistake(
        "mon \(Log.cut(port.id)): with one argument it acts for SELF, which is no port here, ignored"
      )
      return nil
    }
    return monitor(port, killing: PortID(running.takeUnretainedValue()))
  }
}
