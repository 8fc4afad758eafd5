@testable import AnyEventMP
@testable import AnyEventMPTesting

/// One node of a run, from its start to its end; a restarted host has a new one.
final class Member {
  static let families = ["alpha", "beta", "ports"]

  let serial: Int
  let host: SimulatedHost
  private(set) weak var node: Node?
  /// What this node has set in the database itself.
  private(set) var local: [String: [String: Value]] = [:]
  private(set) var views: [FamilyView] = []
  private var openQueries = 0
  private let report: (String) -> Void

  init(serial: Int, host: SimulatedHost, report: @escaping (String) -> Void) {
    self.serial = serial
    self.host = host
    self.report = { report("\(host.name) (\(serial)): \($0)") }
    node = host.node
    if let node {
      views = (Self.families + ["'l", "'g"]).map {
        FamilyView(of: $0, on: node, report: self.report)
      }
    }
  }

  func set(_ family: String, _ key: String, _ value: Value) {
    guard let node else { return }
    local[family, default: [:]][key] = value
    node.database.set(family, key, value)
  }

  func delete(_ family: String, _ keys: [String]) {
    guard let node else { return }
    for key in keys { local[family]?[key] = nil }
    node.database.delete(family, keys)
  }

  /// Registers a port as long as it lives.
  func register(_ receiver: Receiver) {
    guard let node else { return }
    let key = receiver.id
    local["ports", default: [:]][key] = .null
    _ = node.database.register("ports", PortID(key), .null)
    _ = node.monitor(PortID(key).ref) { [unowned self] _ in local["ports"]?[key] = nil }
  }

  /// Asks a question, which must be answered once, sooner or later.
  func query(_ kind: DatabaseQuery, _ family: String, _ check: ((Value) -> Void)? = nil) {
    guard let node else { return }
    openQueries += 1
    var isAnswered = false
    node.database.query(kind, family) { [unowned self] answer in
      if isAnswered { report("a query was answered twice") }
      isAnswered = true
      openQueries -= 1
      check?(answer)
    }
  }

  /// Compares what this node shows with what all together have set.
  func checkDatabase(_ expected: [String: [String: Value]]) {
    for view in views {
      let wanted = expected[view.family] ?? [:]
      if !view.isTold {
        report("was never told what family \(view.family) holds")
      } else if view.contents != wanted {
        report("family \(view.family) is \(view.contents) instead of \(wanted)")
      }
      query(.family, view.family) { [unowned self] answer in
        if answer != .hash(wanted) {
          report("a query of \(view.family) answers \(answer) instead of \(wanted)")
        }
      }
    }
  }

  func checkQueries() {
    if openQueries > 0 { report("\(openQueries) queries were never answered") }
  }
}
