import AnyEventMP
import AnyEventMPTesting

/// One node of a run, from its start to its end; a restarted host has a new one.
final class Member {
  static let families = ["alpha", "beta", "ports"]

  let serial: Int
  let host: SimulatedHost
  private(set) weak var node: Node?
  /// What this node has set in the database itself.
  var local: TextDictionary<TextDictionary<Value>> = [:]
  private(set) var views: [FamilyView] = []
  /// Those that were ended, which must not be told anything any more.
  private var endedViews: [FamilyView] = []
  /// What takes a registered port out of the database again.
  var registrations: [String: Subscription] = [:]
  var openQueries = 0
  /// Who waits for a queue to run empty.
  private var openDrains = 0
  /// Monitors of ports on nodes that never were, and how many of them have fired.
  private var strangers = (monitored: 0, fired: 0)
  /// The nodes that are up, as this node was told.
  private var up: TextSet = []
  /// The nodes for which much waits, as this node was told.
  private var overHighWater: TextSet = []
  let report: (String) -> Void

  /// `isUp` is called with each node that comes up.
  init(
    serial: Int, host: SimulatedHost, report: @escaping (String) -> Void,
    isUp: @escaping (Member, String) -> Void
  ) {
    self.serial = serial
    self.host = host
    self.report = { report("\(host.name) (\(serial)): \($0)") }
    node = host.node
    guard let node else { return }
    views = (Self.families + ["'l", "'g"]).map {
      FamilyView(of: $0, on: node, report: self.report)
    }
    node.watchNodes { [unowned self] id, isThere, _ in
      let isNews = isThere ? up.insert(id).inserted : up.remove(id) != nil
      if !isNews { self.report("told twice that \(id) is \(isThere ? "up" : "down")") }
      if isThere { isUp(self, id) }
    }
  }

  // MARK: Queues

  /// From now on the queues are small, and it is told when they are half full.
  func limitQueues(to limit: Int) {
    node?.queueLimit = limit
    node?.highWaterMark = limit / 2
    node?.onHighWater = { [unowned self] id, _ in overHighWater.insert(id) }
  }

  /// Right after something was sent: what waits is within the limit.
  func checkQueue(for id: String) {
    guard let node, node.queueLimit > 0 else { return }
    let queued = node.queuedBytes(for: id)
    if queued > node.queueLimit { report("\(queued) bytes wait for \(id)") }
  }

  /// After the loop has run.
  func checkQueues() {
    guard let node else { return }
    for id in node.knownNodes {
      checkQueue(for: id)
      let queued = node.queuedBytes(for: id)
      if queued == 0 {
        overHighWater.remove(id)
      } else if node.highWaterMark > 0, queued > node.highWaterMark, !overHighWater.contains(id) {
        report("\(queued) bytes wait for \(id), and it was not told")
      }
    }
    overHighWater.formIntersection(TextSet(node.knownNodes))
  }

  /// Waits for a queue to run empty, or for the node to be lost.
  func waitForDrain(of id: String) {
    openDrains += 1
    var isDone = false
    node?.whenDrained(id) { [unowned self] in
      if isDone { report("told twice that the queue of \(id) is empty") }
      isDone = true
      openDrains -= 1
    }
  }

  /// Monitors a port on a node that never was, and sends to it: the monitor must fire.
  func monitorStranger() {
    guard let node else { return }
    strangers.monitored += 1
    let id = "stranger\(strangers.monitored)"
    var hasFired = false
    node.monitor(PortID("\(id)#p")) { [unowned self] reason in
      if hasFired { report("the monitor of \(id) fired again: \(reason)") }
      hasFired = true
      strangers.fired += 1
      if reason[0] != "transport_error" || reason[1].string != id { report("\(id): \(reason)") }
    }
    node.run { snd("\(id)#p", "hello") }
  }

  // MARK: The database

  /// Watches a family anew.
  func renewView(_ index: Int) {
    guard let node else { return }
    views[index].cancel()
    endedViews.append(views[index])
    views[index] = FamilyView(of: views[index].family, on: node, report: report)
  }

  // MARK: The end

  /// What must be there when the network has been whole and quiet for long.
  func checkAtEnd() {
    if openQueries > 0 { report("\(openQueries) queries were never answered") }
    if openDrains > 0 { report("\(openDrains) queues never ran empty") }
    if strangers.fired != strangers.monitored {
      report("\(strangers.fired) of \(strangers.monitored) monitors of strangers fired")
    }
    let connected = node?.connectedNodes ?? []
    if up.sorted() != connected { report("was told of \(up.sorted()), up are \(connected)") }
  }
}
