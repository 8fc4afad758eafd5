import AnyEvent
import AnyEventMP

/// `trace`: asks node after node for its connections, measures them, and shows the network: as
/// ``TopologyText`` or ``TopologyJSON``, and with `--svg` as a picture too.
///
/// A node that does not answer is shown as such and holds up no other. When the time of the whole command
/// is over, the trace shows the facts known by then.
final class NetworkTrace {
  private let errand: Errand
  private let starts: [String]
  private var topology: Topology
  private var hasAsked = false
  private var underWay = 0
  private var hasMeasured = false
  private var hasShown = false
  /// The probes whose turn has not come yet.
  private var probes: [RoundTripProbe] = []
  private var probeCount = 0
  /// The longest of the least round trips (s) to the nodes.
  private var slowest = 0.0
  /// The least round trip (s) to each node, and by way of it over each link.
  private var toNode: TextDictionary<Double> = [:]
  private var overLink: [Topology.Pair: (by: String, seconds: Double)] = [:]
  /// The listeners and the global nodes in the global database, as far as it has answered.
  private var listeners: TextDictionary<[String]> = [:]
  private var globals: TextSet = []

  /// How many nodes are asked at a time, and how many links are measured.
  private static let atOnce = 16
  /// How often each way is measured, and how often when there are many.
  private static let rounds = (usual: 5, many: 2)
  /// The number of links above which there are many.
  private static let manyLinks = 300

  init(_ errand: Errand, _ starts: [String]) {
    self.errand = errand
    self.starts = starts
    topology = Topology(starts: starts, ownID: errand.session.node.id)
  }

  private var node: Node { errand.session.node }

  /// How long (s) one node may take: one that hangs must not use up the time of the others.
  private var patience: Double { min(5, (errand.options.timeout ?? 60) / 4) }

  func begin() {
    if starts.isEmpty {
      // The first nodes are the seeds: later ones are likely to be known by then.
      errand.keep(
        mon_nodes { node, isUp in
          if isUp, !self.hasAsked { self.found(node) }
        })
      for node in node.connectedNodes { found(node) }
    }
    errand.atTimeLimit = { self.show() }
    db_family(Errand.listeners) { family in
      self.listeners = family.mapValues { ($0.array ?? []).compactMap(\.string) }
    }
    db_family(Errand.globals) { self.globals = TextSet($0.keys) }
    goOn()
  }

  private func found(_ node: String) {
    topology.touch(node) { _ in }
    goOn()
  }

  // MARK: Asking

  private func goOn() {
    guard !hasMeasured, !errand.isOver else { return }
    while underWay < Self.atOnce, let node = topology.nextToAsk() {
      hasAsked = true
      ask(node)
    }
    if !hasAsked { return }
    errand.awaited = "the answers of \(underWay) of \(topology.nodes.count) nodes"
    if underWay == 0 { measure() }
  }

  private func ask(_ id: String) {
    underWay += 1
    let inquiry = NodeInquiry(id) { outcome in
      self.underWay -= 1
      self.told(outcome, by: id)
      self.goOn()
    }
    errand.keep(Guard { inquiry.cancel() })
    inquiry.begin(on: node.loop, patience: patience)
  }

  private func told(_ outcome: NodeInquiry.Outcome, by id: String) {
    switch outcome {
    case .status(let status): topology.told(status, by: id)
    case .upNodes(let others): topology.named(others, by: id)
    case .silent(let reason): topology.silent(id, because: reason)
    case .unreachable(let reason): topology.unreachable(id, because: reason)
    }
    // The tool's own connection to the node knows its program, if the node itself does not tell it.
    let connection = node.connections.first { $0.node == id }
    topology.note(provider: connection?.provider ?? "", of: id)
  }

  // MARK: Measuring

  private func measure() {
    hasMeasured = true
    let links = topology.sortedLinks
    let rounds = links.count > Self.manyLinks ? Self.rounds.many : Self.rounds.usual
    var visited: TextSet = []
    for link in links {
      let ends = [link.pair.a, link.pair.b]
      let answering = ends.filter { topology.nodes[$0]?.state.isAnswering == true }
      guard let node = answering.first(where: { !visited.contains($0) }) ?? answering.first else {
        continue
      }
      visited.insert(node)
      probes.append(probe(node, link.pair, rounds))
    }
    for node in topology.sortedNodes
    where node.state.isAnswering && !visited.contains(node.id) {
      probes.append(probe(node.id, nil, rounds))
    }
    probeCount = probes.count
    // Probes are taken from the end; those that are likely to fail come last.
    probes = probes.filter { !isHopeful($0) } + probes.filter(isHopeful).reversed()
    probeNext()
  }

  private func probe(_ node: String, _ pair: Topology.Pair?, _ rounds: Int) -> RoundTripProbe {
    RoundTripProbe(node, pair?.other(than: node), rounds: rounds) { probe in
      self.underWay -= 1
      if let seconds = probe.toNode {
        self.slowest = max(self.slowest, seconds)
        self.toNode[node] = min(self.toNode[node] ?? .infinity, seconds)
      }
      if let pair, let seconds = probe.toOther { self.overLink[pair] = (node, seconds) }
      self.probeNext()
    }
  }

  private func probeNext() {
    while let probe = probes.last {
      let isHopeful = isHopeful(probe)
      // In a fast network several probes at a time would slow each other down.
      let width = isHopeful ? Int(min(Double(Self.atOnce), slowest / 0.002)) : Self.atOnce
      guard underWay < max(1, width) else { break }
      probes.removeLast()
      underWay += 1
      errand.keep(Guard { probe.cancel() })
      probe.begin(on: node.loop, patience: isHopeful ? patience : patience / 5)
    }
    errand.awaited = "the round trips of \(probes.count + underWay) of \(probeCount) connections"
    if underWay == 0 { conclude() }
  }

  /// Whether both ends answer: a node that did not answer the tool is likely to answer no other node.
  private func isHopeful(_ probe: RoundTripProbe) -> Bool {
    probe.other.map { topology.nodes[$0]?.state.isAnswering == true } ?? true
  }

  // MARK: Showing

  private func conclude() {
    guard topology.nodes.values.contains(where: { $0.state.isAnswering }) else {
      return complain()
    }
    if show() { errand.finish(.success) }
  }

  /// Fails because no node answers, with the sentence that other commands have for a single node.
  private func complain() {
    guard let node = topology.sortedNodes.first, case .unreachable(let reason) = node.state else {
      return errand.finish(.noSuchNode, "there is no node to begin with")
    }
    let code: ExitCode =
      errand.session.seeds.refusing.contains(node.id) ? .authenticationRefused : .noSuchNode
    errand.finish(code, "cannot reach \(node.id): \(reason)")
  }

  /// Prints the topology and writes the picture; false if that fails.
  @discardableResult
  private func show() -> Bool {
    guard !hasShown, !topology.nodes.isEmpty else { return true }
    hasShown = true
    topology.note(listeners: listeners, globals: globals)
    for (node, seconds) in toNode { topology.note(roundTrip: seconds, to: node) }
    for (pair, (node, seconds)) in overLink {
      topology.note(roundTrip: seconds - (toNode[node] ?? 0), of: pair)
    }
    if errand.printer.isJSON {
      for object in TopologyJSON.objects(topology) { errand.print("", json: object) }
    } else {
      for line in TopologyText.lines(topology) { errand.print(line, json: [:]) }
    }
    if topology.isCut {
      Output.complain(
        "there is more than these \(topology.nodes.count) nodes and \(topology.links.count) connections"
      )
    }
    guard let file = errand.options.svg else { return !errand.isOver }
    if let problem = WholeFile.write(SVGWriter(topology).text, to: file) {
      errand.finish(.failure, problem)
    }
    return !errand.isOver
  }
}
