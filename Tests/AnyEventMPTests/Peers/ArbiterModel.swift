@testable import AnyEventMP

/// Two nodes that dial each other, as far as the arbiter sees it.
///
/// It holds what each end knows, and what is on its way. Every step is one event at one end; delays are steps that come late.
struct ArbiterModel: Hashable {
  /// What travels on a connection, in order.
  enum Signal: Hashable {
    case greeting, line, hangup
  }

  /// One end of a connection.
  struct End: Hashable {
    /// What is on its way to this end.
    var inbox: [Signal] = [.greeting]
    /// Whether this end still has it open.
    var isOpen = true
    var isGreeted = false
    var isVerified = false
    var isReady = false
    var isCommitted = false
    var isHeld = false
    /// Both lines have been here.
    var isUp = false
  }

  struct Connection: Hashable {
    /// Which node dialled it.
    let dialler: Int
    var ends = [End(), End()]

    var isOpen: Bool { ends[0].isOpen && ends[1].isOpen }
  }

  /// One thing that can happen next.
  enum Step: Hashable {
    case receive(connection: Int, end: Int)
    case holdEnds(connection: Int)
  }

  private(set) var connections: [Connection]
  private let secondIsOlder: Bool
  private(set) var history: [Step] = []

  init(firstDials: Int, secondDials: Int, secondIsOlder: Bool = false) {
    self.secondIsOlder = secondIsOlder
    connections =
      Array(repeating: Connection(dialler: 0), count: firstDials)
      + Array(repeating: Connection(dialler: 1), count: secondDials)
  }

  /// The connections that are up at both ends.
  var surviving: [Int] {
    connections.indices.filter { index in
      connections[index].ends.allSatisfy { $0.isOpen && $0.isUp }
    }
  }

  /// The history is no part of the state.
  func hash(into hasher: inout Hasher) { hasher.combine(connections) }
  static func == (a: Self, b: Self) -> Bool { a.connections == b.connections }

  var steps: [Step] {
    connections.indices.flatMap { index in
      let ends = connections[index].ends
      let receiving = (0...1).filter { ends[$0].isOpen && !ends[$0].inbox.isEmpty }
        .map { Step.receive(connection: index, end: $0) }
      return receiving + (ends[0].isOpen && ends[0].isHeld ? [.holdEnds(connection: index)] : [])
    }
  }

  mutating func perform(_ step: Step) {
    history.append(step)
    switch step {
    case .receive(let connection, let end):
      switch connections[connection].ends[end].inbox.removeFirst() {
      case .greeting: greeted(connection, end)
      case .line: lineCame(connection, end)
      case .hangup: close(connection, end)
      }
    case .holdEnds(let connection):
      if others(than: connection, at: 0).contains(where: \.isCommitted) {
        close(connection, 0)
      } else {
        commit(connection, 0)
      }
    }
  }

  private func arbiter(_ end: Int) -> ConnectionArbiter {
    let ids = ["a", "b"]
    return ConnectionArbiter(ownID: ids[end], peerID: ids[1 - end], peerAgrees: !secondIsOlder)
  }

  private func isOlder(_ end: Int) -> Bool { end == 1 && secondIsOlder }

  private func othersIndices(than connection: Int, at end: Int) -> [Int] {
    connections.indices.filter {
      let other = connections[$0].ends[end]
      return $0 != connection && other.isOpen && other.isGreeted && !other.isUp
    }
  }

  private func others(than connection: Int, at end: Int) -> [ConnectionArbiter.Candidate] {
    othersIndices(than: connection, at: end).map {
      ConnectionArbiter.Candidate(
        isDialled: connections[$0].dialler == end,
        isCommitted: connections[$0].ends[end].isCommitted)
    }
  }

  private func hasLink(_ end: Int, besides connection: Int) -> Bool {
    connections.indices.contains {
      $0 != connection && connections[$0].ends[end].isOpen && connections[$0].ends[end].isUp
    }
  }

  private mutating func greeted(_ connection: Int, _ end: Int) {
    connections[connection].ends[end].isGreeted = true
    // A 2.02 node refuses by its own up-check only, and sends its line unasked.
    if hasLink(end, besides: connection) { return close(connection, end) }
    if isOlder(end) { return commit(connection, end) }
    let verdict = arbiter(end).greeted(
      isDialled: connections[connection].dialler == end, others: others(than: connection, at: end))
    if verdict == .refuse { return close(connection, end) }
    if connections[connection].dialler == end { ready(connection, end) }
  }

  private mutating func ready(_ connection: Int, _ end: Int) {
    connections[connection].ends[end].isReady = true
    if hasLink(end, besides: connection) { return close(connection, end) }
    switch arbiter(end).ready(
      isDialled: connections[connection].dialler == end, others: others(than: connection, at: end))
    {
    case .take:
      for other in othersIndices(than: connection, at: end) { close(other, end) }
      commit(connection, end)
    case .goOn: commit(connection, end)
    case .hold: connections[connection].ends[end].isHeld = true
    case .refuse: close(connection, end)
    }
  }

  private mutating func commit(_ connection: Int, _ end: Int) {
    connections[connection].ends[end].isHeld = false
    connections[connection].ends[end].isCommitted = true
    connections[connection].ends[1 - end].inbox.append(.line)
    finishIfComplete(connection, end)
  }

  private mutating func lineCame(_ connection: Int, _ end: Int) {
    connections[connection].ends[end].isVerified = true
    let dialled = connections[connection].dialler == end
    if !dialled, !isOlder(end), !connections[connection].ends[end].isCommitted {
      ready(connection, end)
    } else {
      finishIfComplete(connection, end)
    }
  }

  private mutating func finishIfComplete(_ connection: Int, _ end: Int) {
    let state = connections[connection].ends[end]
    guard state.isOpen, state.isCommitted, state.isVerified, !state.isUp else { return }
    connections[connection].ends[end].isUp = true
    if isOlder(end) { return }
    for other in othersIndices(than: connection, at: end) { close(other, end) }
  }

  private mutating func close(_ connection: Int, _ end: Int) {
    guard connections[connection].ends[end].isOpen else { return }
    connections[connection].ends[end].isOpen = false
    connections[connection].ends[end].isHeld = false
    connections[connection].ends[end].inbox = []
    connections[connection].ends[1 - end].inbox.append(.hangup)
    if isOlder(end) { return }
    // Held connections are asked again.
    for other in connections.indices where connections[other].ends[end].isHeld {
      connections[other].ends[end].isHeld = false
      ready(other, end)
    }
  }
}

/// Goes through all orders of events, each state once.
struct ArbiterSearch {
  private var seen: Set<ArbiterModel> = []

  mutating func explore(
    _ start: ArbiterModel, atEnd: (ArbiterModel) -> Void, always: (ArbiterModel) -> Void
  ) {
    var waiting = [start]
    while let state = waiting.popLast() {
      guard seen.insert(state).inserted else { continue }
      always(state)
      let steps = state.steps
      if steps.isEmpty { atEnd(state) }
      for step in steps {
        var next = state
        next.perform(step)
        waiting.append(next)
      }
    }
  }
}
