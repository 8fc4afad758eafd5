import AnyEventMP

/// Judges the nodes' answers: a function of the reports, without a network.
struct CheckReport {
  /// A trouble of the network.
  struct Problem: Hashable {
    let state: CheckState
    /// The check that has found it.
    let check: String
    let sentence: String
    /// Whether it may be that the network only has not settled yet.
    var isPassing = false
  }

  private(set) var problems: [Problem] = []
  private(set) var nodes: [NodeReport] = []
  /// The number of connections, each counted once.
  private(set) var links = 0
  /// The bytes that wait on the connection with the most.
  private(set) var longestQueue = 0
  /// The days until the first certificate expires; nil if no node has one.
  private(set) var certificateDays: Double?

  /// A report without any node.
  init(_ state: CheckState, _ check: String, _ sentence: String) {
    problems = [Problem(state: state, check: check, sentence: sentence)]
  }

  /// Judges the reports at a time in seconds since 1970.
  init(_ reports: [NodeReport], _ expected: CheckExpectations, at time: Double) {
    nodes = reports.sorted { $0.id < $1.id }
    checkNodes(expected)
    checkQueues(expected.queue)
    checkCertificates(expected.days, time)
    checkDatabase()
    checkVersions()
    // A node may list a connection twice, and Prometheus refuses equal series.
    var said: Set<Problem> = []
    problems = problems.filter { said.insert($0).inserted }.enumerated().sorted {
      ($0.element.state, -$0.offset) > ($1.element.state, -$1.offset)
    }.map(\.element)
  }

  /// The worst state.
  var state: CheckState { problems.map(\.state).max() ?? .ok }

  /// Whether all that is wrong may pass soon.
  var mayPass: Bool { !problems.isEmpty && problems.allSatisfy(\.isPassing) }

  private mutating func add(
    _ state: CheckState, _ check: String, _ sentence: String, isPassing: Bool = false
  ) {
    problems.append(
      Problem(state: state, check: check, sentence: sentence, isPassing: isPassing))
  }

  private mutating func checkNodes(_ expected: CheckExpectations) {
    let there = nodes.filter { $0.silence == nil }.map(\.id)
    for node in nodes {
      if let reason = node.silence {
        add(
          .critical, "nodes", "\(node.id) does not answer (\(Printer.oneLine(reason)))",
          isPassing: true)
      }
    }
    let known = TextSet(nodes.map(\.id))
    for name in expected.nodes where !Self.isAny(of: there, called: name) {
      // The silence of a known node was reported above.
      if known.contains(name) { continue }
      add(.critical, "nodes", "\(name) is missing", isPassing: true)
    }
    if let count = expected.count, there.count < count {
      add(
        .critical, "nodes", "\(there.count) of \(count) nodes are there", isPassing: true)
    }
  }

  private static func isAny(of ids: [String], called name: String) -> Bool {
    if name.hasSuffix("*") { return ids.contains { $0.hasPrefix(String(name.dropLast())) } }
    return ids.contains { name.hasSuffix("/") ? $0.hasPrefix(name) : $0 == name }
  }

  private mutating func checkQueues(_ limit: Int) {
    var ends = 0
    var ours: TextSet = []
    for status in nodes.compactMap(\.status) { ours.insert(status.node) }
    for status in nodes.compactMap(\.status) {
      for connection in status.connections where !connection.node.hasPrefix("anon/") {
        // Both ends tell of a connection, unless only one of them tells anything.
        ends += ours.contains(connection.node) ? 1 : 2
        longestQueue = max(longestQueue, connection.queuedBytes)
        guard connection.queuedBytes > limit else { continue }
        let age = connection.queueAge > 0 ? " for \(Legible.duration(connection.queueAge))" : ""
        add(
          .warning, "queues",
          "\(status.node) has \(Legible.bytes(connection.queuedBytes)) waiting for \(connection.node)\(age)"
        )
      }
    }
    links = (ends + 1) / 2
  }

  private mutating func checkCertificates(_ days: Int, _ time: Double) {
    for status in nodes.compactMap(\.status) {
      guard let end = status.certificateEnd else { continue }
      let left = (Double(end) - time) / 86400
      certificateDays = min(certificateDays ?? left, left)
      if left <= 0 {
        add(.critical, "certificates", "the certificate of \(status.node) has expired")
      } else if left < Double(days) {
        let whole = Int(min(left, 1e9))
        add(
          .warning, "certificates",
          "the certificate of \(status.node) expires in \(whole) day\(whole == 1 ? "" : "s")")
      }
    }
  }

  private mutating func checkDatabase() {
    let statuses = nodes.compactMap(\.status)
    var holders: TextDictionary<[String]> = [:]
    for status in statuses {
      if let digest = status.database?.digest { holders[digest, default: []].append(status.node) }
      if status.master == nil {
        add(.critical, "database", "\(status.node) has found no global node", isPassing: true)
      }
    }
    guard holders.count > 1 else { return }
    let groups = holders.values.map { $0.sorted() }.sorted {
      ($0.count, $1[0]) > ($1.count, $0[0])
    }
    let names = groups.map { Self.names($0) }.joined(separator: " / ")
    add(.critical, "database", "different databases are seen by \(names)", isPassing: true)
  }

  private mutating func checkVersions() {
    var users: TextDictionary<[String]> = [:]
    for status in nodes.compactMap(\.status) {
      users["\(status.provider) \(status.version)", default: []].append(status.node)
    }
    guard users.count > 1 else { return }
    let groups = users.sorted { ($0.value.count, $1.key) > ($1.value.count, $0.key) }
    let names = groups.map { "\($0.key) (\(Self.names($0.value)))" }.joined(separator: ", ")
    add(.warning, "versions", "there are \(users.count) versions: \(names)")
  }

  /// The first few of many names.
  private static func names(_ names: [String]) -> String {
    let shown = names.prefix(3).joined(separator: ", ")
    return names.count > 3 ? "\(shown) and \(names.count - 3) more" : shown
  }
}

extension Legible {
  /// A number of bytes with a unit, in three digits or so.
  static func bytes(_ count: Int) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var value = Double(max(0, count))
    var unit = 0
    while value >= 1000, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return amount(value, isWhole: unit == 0) + " " + units[unit]
  }

  /// A number in as few characters as make sense: 7, 9.5, 250, 12k, 3.4M.
  static func short(_ number: Double) -> String {
    var value = min(max(0, number), 1e24)
    if value.isNaN { value = 0 }
    let units = ["", "k", "M", "G", "T", "P", "E", "Z", "Y"]
    var unit = 0
    while value >= 999.5, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    return amount(value, isWhole: unit == 0 && value == value.rounded()) + units[unit]
  }

  private static func amount(_ value: Double, isWhole: Bool) -> String {
    if isWhole || value >= 9.95 { return String(Int(value.rounded())) }
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
