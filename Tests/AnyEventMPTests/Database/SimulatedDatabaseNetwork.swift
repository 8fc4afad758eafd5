import AEValue
import TestSupport

@testable import AnyEventMP

/// Several nodes and the links between them; a seeded generator chooses what happens next.
///
/// Order is kept within a direction of a link; what is under way when a link goes is lost.
struct SimulatedDatabaseNetwork {
  struct Direction: Hashable, Comparable {
    let from: String
    let to: String

    static func < (left: Direction, right: Direction) -> Bool {
      (left.from, left.to) < (right.from, right.to)
    }
  }

  private(set) var nodes: [String: SimulatedDatabaseNode] = [:]
  private let names: [String]
  private let seeds: TextSet
  private let limits: DatabaseLimits
  private let workPerTurn: Int
  private var generator: SeededGenerator
  /// Undelivered messages; a link that is up has both directions in it, a node itself always.
  private var queues: [Direction: [[Value]]] = [:]
  /// The directions in which something is under way.
  private var waiting: [Direction] = []
  private var failures: [String] = []
  /// What each live node holds, kept apart from the machines.
  private(set) var truth: TextDictionary<DatabaseContents> = [:]

  static let families = ["chat", "workers", "'l", "empty"]

  init(seed: UInt64, slaves: Int, seeds: Int, limits: DatabaseLimits, workPerTurn: Int) {
    generator = SeededGenerator(seed: seed)
    self.limits = limits
    self.workPerTurn = workPerTurn
    self.seeds = TextSet((0..<seeds).map { "seed\($0)" })
    names = (0..<seeds).map { "seed\($0)" } + (0..<slaves).map { "slave\($0)" }
    for name in names { start(name) }
  }

  // MARK: Running

  /// One random event: mostly a delivery, else a change, a link, a crash.
  mutating func step() {
    switch generator.number(below: 40) {
    case 0: toggleLink(generator.pick(names), generator.pick(names))
    case 1: toggleLink(generator.pick(names), generator.pick(seeds.sorted()))
    case 2..<8: change(generator.pick(names))
    case 8:
      if generator.number(below: 8) == 0 { restart(generator.pick(names)) }
    case 9: ask(generator.pick(names))
    default: deliverOne()
    }
  }

  /// Connects every node to every seed and what is to be kept connected, until all is delivered.
  mutating func settle() {
    repeat {
      for name in names {
        for seed in seeds.sorted() { connect(name, seed) }
        for peer in (nodes[name]?.kept ?? []).sorted() { connect(name, peer) }
      }
      var count = 0
      while deliverOne() {
        count += 1
        if count > 200_000 {
          failures.append("the network does not come to rest")
          return
        }
      }
    } while names.contains { name in
      (nodes[name]?.kept ?? []).contains { nodes[$0] != nil && !isLinked(name, $0) }
    }
  }

  @discardableResult
  private mutating func deliverOne() -> Bool {
    let turning = names.filter { nodes[$0]?.service.needsTurn == true }
    if waiting.isEmpty, turning.isEmpty { return false }
    let choice = generator.number(below: waiting.count + turning.count)
    if choice >= waiting.count {
      let name = turning[choice - waiting.count]
      nodes[name]?.turn()
      flush(name)
      return true
    }
    let link = waiting[choice]
    guard let message = queues[link]?.removeFirst() else { return false }
    if queues[link]?.isEmpty == true { waiting.removeAll { $0 == link } }
    nodes[link.to]?.receive(message, from: link.from)
    flush(link.to)
    return true
  }

  /// Puts what a node wants to send onto its links; what is for a node not linked is lost.
  private mutating func flush(_ name: String) {
    guard let outbox = nodes[name]?.outbox else { return }
    nodes[name]?.outbox = []
    for (peer, message) in outbox {
      if message.count > 1, limits.maximumSize < .max, peer != name { check(message, from: name) }
      let link = Direction(from: name, to: peer)
      guard let isIdle = queues[link]?.isEmpty else { continue }
      queues[link]?.append(message)
      // Sorted, so that the seed alone decides what is delivered next.
      if isIdle { waiting.insert(link, at: waiting.firstIndex { $0 > link } ?? waiting.count) }
    }
  }

  /// A packet must not exceed the limit, in either framing.
  private mutating func check(_ message: [Value], from name: String) {
    let packet = Value.array([""] + message)
    let cbor = (try? CBOR.encode(packet))?.count ?? .max
    let json = (try? JSON.encode(packet))?.count ?? .max
    if max(cbor, json) > limits.maximumSize {
      failures.append("\(name) sends a packet of \(max(cbor, json)) bytes: \(packet)")
    }
  }

  // MARK: Links and nodes

  private func isLinked(_ one: String, _ other: String) -> Bool {
    queues[Direction(from: one, to: other)] != nil
  }

  private mutating func start(_ name: String) {
    nodes[name] = SimulatedDatabaseNode(
      id: name, isSeed: seeds.contains(name), limits: limits, workPerTurn: workPerTurn)
    truth[name] = ["'l": [name: [.string("\(name).example:4040")]]]
    queues[Direction(from: name, to: name)] = []
    waiting.removeAll { $0.from == name && $0.to == name }
    for family in Self.families where generator.number(below: 3) > 0 {
      nodes[name]?.monitor(family)
    }
    flush(name)
  }

  private mutating func restart(_ name: String) {
    for peer in names where peer != name { disconnect(name, peer) }
    start(name)
  }

  private mutating func toggleLink(_ one: String, _ other: String) {
    if isLinked(one, other) { disconnect(one, other) } else { connect(one, other) }
  }

  private mutating func connect(_ one: String, _ other: String) {
    if one == other || isLinked(one, other) || nodes[one] == nil || nodes[other] == nil { return }
    queues[Direction(from: one, to: other)] = []
    queues[Direction(from: other, to: one)] = []
    nodes[one]?.nodeUp(other, isSeed: seeds.contains(other))
    nodes[other]?.nodeUp(one, isSeed: seeds.contains(one))
    flush(one)
    flush(other)
  }

  private mutating func disconnect(_ one: String, _ other: String) {
    if one == other || !isLinked(one, other) { return }
    queues[Direction(from: one, to: other)] = nil
    queues[Direction(from: other, to: one)] = nil
    waiting.removeAll { queues[$0] == nil }
    nodes[one]?.nodeDown(other)
    nodes[other]?.nodeDown(one)
    flush(one)
    flush(other)
  }

  // MARK: Users

  private mutating func change(_ name: String) {
    let family = generator.pick(["chat", "workers"])
    // Few keys, so that several nodes hold the same one.
    let key = "key\(generator.number(below: 6))"
    switch generator.number(below: 5) {
    case 0, 1:
      truth[name]?[family]?[key] = nil
      if let actions = nodes[name]?.client.delete(family, [key, "never"]) {
        nodes[name]?.perform(actions)
      }
    default:
      let value: Value = generator.pick([
        .null, .int(generator.number(below: 300)), .string("x\(generator.number(below: 5))\u{1}\""),
        .array([1, .string(name)]), .hash(["a": 1, "b": .string(name)]), .double(0.5), .bool(true),
        .bytes([0, 200]),
      ])
      truth[name, default: [:]][family, default: [:]][key] = value
      do {
        if let actions = try nodes[name]?.client.set(family, key, value) {
          nodes[name]?.perform(actions)
        }
      } catch {
        failures.append("\(name) could not set \(value): \(error)")
      }
    }
    flush(name)
  }

  private mutating func ask(_ name: String) {
    switch generator.number(below: 3) {
    case 0: nodes[name]?.monitor(generator.pick(Self.families))
    case 1: nodes[name]?.unmonitor(generator.pick(Self.families))
    default:
      if let actions = nodes[name]?.client.find(generator.pick(names)) {
        nodes[name]?.perform(actions)
      }
    }
    flush(name)
  }
}

// MARK: Checking

extension SimulatedDatabaseNetwork {
  /// The merge of what all live nodes hold.
  func expected(_ family: String) -> TextDictionary<Value> {
    var merged: TextDictionary<Value> = [:]
    for contents in truth.values {
      merged.merge(contents[family] ?? [:]) { ValueOrder.isGreater($0, $1) ? $0 : $1 }
    }
    return merged
  }

  /// What is not as the convergence rule says; call it when the network has settled.
  mutating func problems() -> [String] {
    var problems = failures
    for name in names {
      guard let node = nodes[name] else { continue }
      problems += node.inconsistencies
      for family in node.seen.keys.sorted() {
        let copy = node.client.copy(of: family) ?? [:]
        if copy != expected(family) {
          problems.append("\(name)'s '\(family)' is \(copy), not \(expected(family))")
        }
        if node.seen[family] != TextSet(copy.keys) {
          problems.append("\(name)'s monitors of '\(family)' were told something else")
        }
      }
      let globals = nodes.values.filter(\.service.isGlobal).map(\.id).sorted()
      if node.service.isGlobal, node.service.database.keys(of: "'g").sorted() != globals {
        problems.append("\(name)'s 'g is \(node.service.database.keys(of: "'g")), not \(globals)")
      }
    }
    // A network that does not come to rest would answer for ever.
    return failures.isEmpty ? problems + answerProblems() : problems
  }

  /// Asks every node for everything once more, and compares.
  private mutating func answerProblems() -> [String] {
    // An answer can't go in parts: with tiny packets some are not given.
    if limits.maximumSize < 1 << 20 { return [] }
    var asked: [(name: String, id: String, family: String, kind: DatabaseQuery)] = []
    for name in names {
      for family in Self.families {
        for kind in [DatabaseQuery.family, .keys, .values] {
          guard let (id, actions) = nodes[name]?.client.query(kind, family) else { continue }
          nodes[name]?.perform(actions)
          asked.append((name, id, family, kind))
        }
      }
      if let actions = nodes[name]?.client.find(names[0]) { nodes[name]?.perform(actions) }
      flush(name)
    }
    while deliverOne() {}
    var problems: [String] = []
    for (name, id, family, kind) in asked {
      let wanted = expected(family)
      let isRight =
        switch (kind, nodes[name]?.replies[id]) {
        case (.family, .hash(let contents)): contents == wanted
        case (.keys, .array(let keys)): Set(keys) == Set(wanted.keys.map { .string($0) })
        case (.values, .array(let values)):
          Set(values) == Set(wanted.values) && values.count == wanted.count
        default: false
        }
      if !isRight {
        problems.append("\(name)'s query \(kind) of '\(family)' was not answered right")
      }
    }
    for name in names where nodes[name]?.found[names[0]] != .some(["\(names[0]).example:4040"]) {
      problems.append("\(name) did not find \(names[0])")
    }
    return problems
  }
}
