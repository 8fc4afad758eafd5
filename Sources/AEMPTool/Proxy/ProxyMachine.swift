internal import AEValue

/// Carries connections between nodes, with the faults of their links: bytes and times in, actions out.
///
/// The machine has no sockets and no clock. Each node has a listener of its own here, and each dialler names itself
/// in its first line: so the machine knows the two nodes of a connection.
struct ProxyMachine {
  typealias Side = ProxyConnection.Side

  /// The actions that the machine asks its owner for.
  enum Action: Equatable {
    /// Connects to the target of a node, for a connection.
    case dial(Int, node: String)
    case write(Int, Side, ArraySlice<UInt8>)
    /// Announces to a side that no more bytes come, behind those that were written.
    case finish(Int, Side)
    /// Stops reading from a side, or goes on.
    case pause(Int, Side)
    case resume(Int, Side)
    /// Closes a connection when all that was written is sent.
    case release(Int)
    /// Closes a connection at once.
    case close(Int)
  }

  /// The nodes that have a listener here.
  var nodes: TextSet = []
  private(set) var links: TextDictionary<ProxyLink> = [:]
  private var connections: [Int: ProxyConnection] = [:]
  private var lastID = 0
  private var actions: [Action] = []

  /// When ``tick(at:)`` has something to do; nil: never.
  var nextTime: Double? { connections.values.lazy.compactMap(\.wake).min() }

  /// The actions since the last call, in their order.
  mutating func takeActions() -> [Action] {
    defer { actions = [] }
    return actions
  }

  /// The link between two nodes, which need not have been used before.
  func link(_ one: String, _ other: String) -> ProxyLink {
    links[ProxyLink.key(one, other)] ?? ProxyLink(one, other)
  }

  // MARK: Events

  /// A connection has found the listener of a node; returns its number.
  mutating func accepted(for node: String) -> Int {
    lastID += 1
    connections[lastID] = ProxyConnection(to: node)
    return lastID
  }

  /// The listener's end is connected.
  mutating func dialled(_ id: Int, at now: Double) {
    connections[id]?.stage = .open
    advance(id, at: now)
  }

  /// The listener's end could not be connected.
  mutating func dialFailed(_ id: Int) { close(id) }

  /// Bytes have come from a side.
  mutating func received(_ id: Int, from side: Side, _ bytes: [UInt8], at now: Double) {
    guard let stage = connections[id]?.stage else { return }
    if stage != .greeting {
      connections[id]?[from: side].append(bytes[...])
      return advance(id, at: now)
    }
    connections[id]?.opening += bytes
    if connections[id]?.hasGreeted() == true { greeted(id, at: now) }
  }

  /// A side sends no more bytes; `isReset`: because its connection broke.
  mutating func ended(_ id: Int, from side: Side, isReset: Bool, at now: Double) {
    guard let stage = connections[id]?.stage else { return }
    // A dialler that goes before its greeting is complete leaves nothing to tell the other side.
    if stage == .greeting { return close(id) }
    connections[id]?[from: side].end = isReset ? .reset : .finished
    advance(id, at: now)
  }

  /// A side takes no more bytes at the moment, or all were sent.
  mutating func blocked(_ id: Int, _ side: Side, _ isBlocked: Bool, at now: Double) {
    connections[id]?[from: side.other].isBlocked = isBlocked
    if !isBlocked { advance(id, at: now) }
  }

  /// Time has passed.
  mutating func tick(at now: Double) {
    for (id, connection) in connections.sorted(by: { $0.key < $1.key }) {
      if let wake = connection.wake, wake <= now { advance(id, at: now) }
    }
  }

  /// Changes the faults between two nodes, which has effect at once.
  mutating func change(
    _ one: String, _ other: String, at now: Double, _ change: (inout LinkFaults) -> Void
  ) {
    let key = ProxyLink.key(one, other)
    change(&links[key, default: ProxyLink(one, other)].faults)
    // The time that the old rate would have kept the line busy counts no more.
    links[key]?.free = (now, now)
    for (id, connection) in connections.sorted(by: { $0.key < $1.key }) where connection.link == key
    {
      connections[id]?[from: .dialler].hurry(at: now)
      connections[id]?[from: .listener].hurry(at: now)
      if links[key]?.faults.passage == .cut { close(id) } else { advance(id, at: now) }
    }
  }

  /// Takes the faults of all links away.
  mutating func healAll(at now: Double) {
    for link in links.values { change(link.lower, link.upper, at: now) { $0 = LinkFaults() } }
  }

  // MARK: Connections

  /// The dialler of a connection is known, or has sent a first line that is no node's greeting.
  private mutating func greeted(_ id: Int, at now: Double) {
    guard let connection = connections[id] else { return }
    connections[id]?[from: .dialler].append(connection.opening[...])
    connections[id]?.opening = []
    connections[id]?.stage = .held
    if let dialler = connection.dialler, nodes.contains(dialler), let key = connection.link {
      connections[id]?.isCounted = true
      links[key, default: ProxyLink(dialler, connection.listener)].connections += 1
    }
    advance(id, at: now)
  }

  /// Makes the progress on a connection that is possible at this time.
  private mutating func advance(_ id: Int, at now: Double) {
    guard var connection = connections[id] else { return }
    // A connection that belongs to no link has no faults.
    let key = connection.link
    var link = key.flatMap { links[$0] } ?? ProxyLink("", "")
    connection.wake = nil
    let passage = link.faults.passage
    if connection.stage == .held, passage == .cut || passage == .refused {
      if let key { links[key]?.refusals += 1 }
      return close(id)
    }
    var isDropped = false
    if passage != .silent {
      if connection.stage == .held {
        connection.stage = .dialling
        actions.append(.dial(id, node: connection.listener))
      } else if connection.stage == .open {
        for side in [Side.dialler, .listener] where !isDropped {
          isDropped = pass(id, &connection, from: side, &link, at: now)
        }
      }
    }
    control(id, &connection, delay: link.faults.delay)
    connections[id] = connection
    if let key, links[key] != nil { links[key] = link }
    if isDropped { return close(id) }
    if Side.dialler.isOver(in: connection), Side.listener.isOver(in: connection) {
      forget(id)
      actions.append(.release(id))
    }
  }

  /// Passes on the bytes that have come from a side; true if the connection is to be closed.
  private mutating func pass(
    _ id: Int, _ connection: inout ProxyConnection, from side: Side, _ link: inout ProxyLink,
    at now: Double
  ) -> Bool {
    let departure = connection[from: side].depart(
      to: connection.node(at: side.other), &link, at: now)
    var (bytes, arrival) = connection[from: side].arrive(delay: link.faults.delay, at: now)
    let isDropped = link.faults.drops?.roll(bytes.count)
    if let passing = isDropped { bytes = bytes.prefix(passing) }
    link.bytes += bytes.count
    if !bytes.isEmpty { actions.append(.write(id, side.other, bytes)) }
    if isDropped != nil {
      link.drops += 1
      return true
    }
    for time in [departure, arrival].compactMap(\.self) {
      connection.wake = min(connection.wake ?? time, time)
    }
    let lane = connection[from: side]
    guard let end = lane.end, lane.count == 0, !lane.isOver else { return false }
    if end == .reset { return true }
    connection[from: side].isOver = true
    actions.append(.finish(id, side.other))
    return false
  }

  /// Pauses the sources of lanes that hold many bytes, and resumes them later.
  private mutating func control(_ id: Int, _ connection: inout ProxyConnection, delay: Double) {
    let limit = delay > 0 ? ProxyLane.delayedLimit : ProxyLane.limit
    for side in [Side.dialler, .listener] {
      let lane = connection[from: side]
      if !lane.isPaused, lane.count >= limit {
        connection[from: side].isPaused = true
        actions.append(.pause(id, side))
      } else if lane.isPaused, lane.count < limit / 2 {
        connection[from: side].isPaused = false
        actions.append(.resume(id, side))
      }
    }
  }

  private mutating func close(_ id: Int) {
    guard connections[id] != nil else { return }
    forget(id)
    actions.append(.close(id))
  }

  private mutating func forget(_ id: Int) {
    guard let connection = connections.removeValue(forKey: id) else { return }
    if connection.isCounted, let key = connection.link { links[key]?.connections -= 1 }
  }
}

extension ProxyConnection.Side {
  /// Whether all bytes of a side were passed on, and its end, too.
  fileprivate func isOver(in connection: ProxyConnection) -> Bool { connection[from: self].isOver }
}
