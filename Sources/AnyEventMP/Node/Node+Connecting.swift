import AnyEvent

extension Node {
  /// Starts to look for a node that is not connected; harmless when that is under way.
  func connect(to entry: NodeEntry) {
    guard entry !== home, entry.link == nil, entry.search == nil else { return }
    let search = NodeSearch(node: self, id: entry.id) { [unowned self] reason in
      nodeDown(entry, [.string("transport_error"), .string(entry.id), .string(reason)])
    }
    entry.search = search
    guard !id.isEmpty else {
      // Before `configure` there is no network.
      let reason: [Value] = [
        .string("transport_error"), .string(entry.id), .string("configure was not called"),
      ]
      return `defer`(
        .job { [unowned self] in if entry.search === search { nodeDown(entry, reason) } })
    }
    search.start()
  }

  /// The answer of the global database to where a node listens.
  func found(_ node: String, _ binds: [String]?) {
    entries[node]?.search?.found(binds)
  }

  /// Calls `callback` after so many seconds as part of the port that is running now.
  func after(_ seconds: Double, _ callback: @escaping () throws -> Void) {
    let port = running?.takeUnretainedValue()
    timerSerial += 1
    let serial = timerSerial
    timers[serial] = loop.timer(after: seconds) { [unowned self] in
      timers[serial] = nil
      if port == nil || port?.state == .alive { peval(port, callback) }
    }
  }
}
