import AEValue

extension GlobalService {
  /// Sends what changed to those whom it concerns: monitors, and for what is ours the global nodes.
  ///
  /// New addresses go before all else and lost ones after it.
  mutating func publish(_ changes: DatabaseChanges, _ actions: inout [Action]) {
    if !monitors.isEmpty {
      for (family, change) in DatabaseMessages.inOrder(changes.all) {
        guard let nodes = monitors[family] else { continue }
        send("g_chg2", family, change, to: nodes, &actions)
      }
    }
    if !synchronised.isEmpty {
      for (family, change) in DatabaseMessages.inOrder(changes.ours) {
        send("g_upd", family, change, to: synchronised, &actions)
      }
    }
    refreshKept(changes, &actions)
  }

  /// Sends one change to several nodes; the messages are built once.
  private mutating func send(
    _ request: String, _ family: String, _ change: FamilyChange, to nodes: some Collection<String>,
    _ actions: inout [Action]
  ) {
    for (message, size) in DatabaseMessages.measured(request, family, change, limits) {
      for node in nodes { post(message, size: size, to: node, &actions) }
    }
  }
}
