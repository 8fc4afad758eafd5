import AnyEvent

extension Node {
  /// Starts to look for a node that is not connected; when that is under way it may get more urgent.
  func connect(to entry: NodeEntry, isUrgent: Bool = true) {
    guard entry !== home, entry.link == nil else { return }
    if let search = entry.search {
      if isUrgent { search.hurry() }
      return
    }
    let search = NodeSearch(node: self, id: entry.id, isUrgent: isUrgent) { [unowned self] reason in
      nodeDown(entry, [.string("transport_error"), .string(entry.id), .string(reason)])
    }
    entry.search = search
    let isNamed = entry.id.utf8.count <= nameLimit
    if !id.isEmpty, !isClosed, isNamed { return search.start() }
    // Without a name or after its end the node has no network; `configure` may come in a moment.
    `defer`(
      .job { [unowned self] in
        guard entry.search === search else { return }
        if !id.isEmpty, !isClosed, isNamed { return search.start() }
        let text =
          isClosed
          ? "this node is closed"
          : isNamed ? "configure was not called" : "no node has a name longer than max_name"
        nodeDown(entry, [.string("transport_error"), .string(entry.id), .string(text)])
      })
  }

  /// The answer of the global database to where a node listens.
  func found(_ node: String, _ binds: [String]?) {
    entries[node]?.search?.found(binds)
    dataConnections.found(node, binds)
  }

  /// Calls `callback` once, after so many seconds, as part of the port that is running now.
  ///
  /// Not when that port has died meanwhile. The loop's thread only. Corresponds to Perl's `after`.
  public func after(_ seconds: Double, _ callback: @escaping () throws -> Void) {
    loop.preconditionOnLoop()
    let port = running?.takeUnretainedValue()
    timerSerial += 1
    let serial = timerSerial
    timers[serial] = loop.timer(after: seconds) { [unowned self] in
      timers[serial] = nil
      if port == nil || port?.state == .alive { peval(port, callback) }
    }
  }
}
