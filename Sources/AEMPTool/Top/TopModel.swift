import AnyEventMP

/// The state of `top`: answers and keys in, lines out.
///
/// It knows neither a terminal nor a network.
struct TopModel {
  enum Table { case nodes, links }

  private(set) var nodes: TextDictionary<TopNode> = [:]
  private(set) var links: TextDictionary<[TopLink]> = [:]
  private(set) var table = Table.nodes
  /// The column that each table is sorted by.
  private(set) var sorting = (nodes: 0, links: 0)
  private(set) var isReversed = false
  /// The text that the names of the shown rows contain.
  private(set) var filter = ""
  /// Whether keys are typed into the filter.
  private(set) var isTyping = false
  private(set) var isPaused = false
  private(set) var isHelpShown = false
  /// The first row that is shown.
  private(set) var top = 0
  /// The rows of a page, as last drawn.
  private var page = 10

  /// How long (s) a node is shown that is gone.
  static let mourning = 30.0
  /// The longest filter, in characters.
  private static let longestFilter = 200

  // MARK: Answers

  /// Takes an answer that came at this time (s).
  mutating func take(_ report: NodeReport, at time: Double) {
    if isPaused { return }
    var node = nodes[report.id] ?? TopNode(id: report.id, heardAt: time)
    let seconds = time - node.toldAt
    let isSameRun = node.status?.processID == report.status?.processID
    node.take(report, at: time)
    nodes[report.id] = node
    guard let status = report.status else {
      links[report.id] = nil
      return
    }
    var before: TextDictionary<NodeStatus.Traffic> = [:]
    for link in links[report.id] ?? [] where isSameRun {
      before[link.other] = link.connection.traffic
    }
    // Tools like this one come and go.
    links[report.id] = status.connections.filter { !$0.node.hasPrefix("anon/") }.map {
      TopLink(
        node: report.id, connection: $0,
        rates: TopRates(before[$0.node], $0.traffic, seconds: seconds))
    }
  }

  /// Forgets nodes that are not listed any more and have been silent for long; their ids.
  mutating func forget(listed: TextSet, at time: Double) -> [String] {
    let gone = nodes.values.filter {
      $0.isSilent && !listed.contains($0.id) && time - $0.heardAt > Self.mourning
    }.map(\.id)
    for id in gone {
      nodes[id] = nil
      links[id] = nil
    }
    return gone
  }

  // MARK: Keys

  /// Follows a key; true when it ends the program.
  mutating func press(_ key: TopKey) -> Bool {
    if isTyping {
      type(key)
      return false
    }
    switch key {
    case .character("q"), .character("Q"): return true
    case .character("n"): show(.nodes)
    case .character("l"): show(.links)
    case .tab: show(table == .nodes ? .links : .nodes)
    case .character("s"), .character(">"): sort(by: 1)
    case .character("S"), .character("<"): sort(by: -1)
    case .character("r"): isReversed.toggle()
    case .character("/"):
      isTyping = true
      filter = ""
    case .character("p"), .character(" "): isPaused.toggle()
    case .character("?"), .character("h"): isHelpShown.toggle()
    case .escape:
      if isHelpShown { isHelpShown = false } else { filter = "" }
    case .up, .character("k"): top -= 1
    case .down, .character("j"): top += 1
    case .pageUp: top -= page
    case .pageDown: top += page
    case .home: top = 0
    case .end: top = .max / 2
    case .enter, .backspace, .character: break
    }
    top = max(0, top)
    return false
  }

  private mutating func type(_ key: TopKey) {
    switch key {
    case .character(let character):
      if filter.count < Self.longestFilter { filter.append(character) }
    case .backspace: _ = filter.popLast()
    case .enter: isTyping = false
    case .escape:
      filter = ""
      isTyping = false
    default: break
    }
    top = 0
  }

  private mutating func show(_ wanted: Table) {
    table = wanted
    top = 0
  }

  private mutating func sort(by step: Int) {
    let (nodeColumns, linkColumns) = (TopColumn.nodes.count, TopColumn.links.count)
    switch table {
    case .nodes: sorting.nodes = (sorting.nodes + step + nodeColumns) % nodeColumns
    case .links: sorting.links = (sorting.links + step + linkColumns) % linkColumns
    }
  }

  /// Sets the scroll position after drawing so many rows of so many.
  mutating func scrolled(to first: Int, page: Int) {
    top = first
    self.page = max(1, page)
  }

  // MARK: Rows

  /// The nodes to show, sorted.
  var shownNodes: [TopNode] {
    sorted(
      nodes.values.filter { isWanted($0.id) }.sorted { $0.id < $1.id },
      TopColumn.nodes[sorting.nodes])
  }

  /// The connections to show, sorted.
  var shownLinks: [TopLink] {
    let all = links.sorted { $0.key < $1.key }.flatMap(\.value)
    return sorted(
      all.filter { isWanted($0.node) || isWanted($0.other) }, TopColumn.links[sorting.links])
  }

  private func isWanted(_ id: String) -> Bool { filter.isEmpty || id.contains(filter) }

  private func sorted<Row>(_ rows: [Row], _ column: TopColumn<Row>) -> [Row] {
    // Equal ones stay in the order of their names.
    let order = rows.enumerated().sorted { one, other in
      if column.precedes(one.element, other.element) { return true }
      if column.precedes(other.element, one.element) { return false }
      return one.offset < other.offset
    }.map(\.element)
    return isReversed ? order.reversed() : order
  }
}
