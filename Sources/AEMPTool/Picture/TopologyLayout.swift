/// The places of everything in the picture of a topology: a function of the topology alone.
///
/// The global nodes are in the middle, one alone or in two bowed columns, and the others outside of
/// them in two more, each on the side of its master. So every node has a row of its own, links run between
/// the columns, and a chord inside of a bowed column touches none of its boxes.
struct TopologyLayout {
  /// A node.
  struct Box {
    let node: Topology.Node
    var frame: Rectangle
    /// The lines in its box: the node id, and a fact, which may be empty.
    let name: String
    let fact: String
  }

  /// A link.
  struct Line {
    let link: Topology.Link
    var from: Point
    var to: Point
    /// Its label, if there is room for one.
    var label: Label?
  }

  /// The text at a link.
  struct Label: Hashable {
    let text: String
    var frame: Rectangle
  }

  private(set) var boxes: [Box] = []
  private(set) var lines: [Line] = []
  /// The number of links without room for their label.
  private(set) var unlabelled = 0
  /// The rectangle around all boxes and labels.
  private(set) var bounds = Rectangle(center: Point(x: 0, y: 0), width: 0, height: 0)

  /// The greatest number of links that get labels: with more of them no label could be read.
  private static let labelLimit = 400

  /// The layout of a topology, so wide that nearly every link has room for its label.
  init(_ topology: Topology) {
    let arrangement = Arrangement(topology)
    let links = topology.sortedLinks
    var best = Self(arrangement, links, scale: 1)
    // A picture may leave one link in twenty without a label, whose title says the same.
    for scale in [1.25, 1.6, 2, 2.5]
    where best.unlabelled * 20 > links.count && links.count <= Self.labelLimit {
      let wider = Self(arrangement, links, scale: scale)
      if wider.unlabelled < best.unlabelled { best = wider }
    }
    self = best
  }

  private init(_ arrangement: Arrangement, _ links: [Topology.Link], scale: Double) {
    let columns = Columns(arrangement, scale: scale)
    boxes = arrangement.boxes.map { box in
      var box = box
      box.frame.center = columns.centers[box.node.id] ?? box.frame.center
      return box
    }
    lines = links.map { link in
      let (from, to) = columns.ends(of: link.pair)
      return Line(link: link, from: from, to: to)
    }
    if links.count <= Self.labelLimit {
      var placer = LabelPlacer(boxes.map(\.frame))
      for index in placer.order(of: lines) {
        let text = Self.text(of: lines[index].link)
        if text.isEmpty { continue }
        lines[index].label = placer.place(text, on: lines[index])
        if lines[index].label == nil { unlabelled += 1 }
      }
    } else {
      unlabelled = links.count
    }
    let frames = boxes.map(\.frame) + lines.compactMap { $0.label?.frame }
    if let first = frames.first { bounds = frames.reduce(first) { $0.union($1) } }
  }

  /// The label of a link: how the nodes prove themselves, and the round trip.
  static func text(of link: Topology.Link) -> String {
    [
      Legible.both(link.a.authMethod, link.b.authMethod).map(Legible.line),
      link.roundTrip.map(Legible.milliseconds),
    ].compactMap(\.self).joined(separator: " ")
  }
}

/// Finds places for the labels of links, so that they cover neither a node nor each other.
struct LabelPlacer {
  private var taken: [Rectangle]

  /// A placer that keeps away from the nodes.
  init(_ boxes: [Rectangle]) { taken = boxes }

  /// The order in which the links get their labels: short ones first, which have the least choice.
  func order(of lines: [TopologyLayout.Line]) -> [Int] {
    let lengths = lines.map { line in
      let (x, y) = (line.to.x - line.from.x, line.to.y - line.from.y)
      return x * x + y * y
    }
    return lines.indices.sorted { (lengths[$0], $0) < (lengths[$1], $1) }
  }

  /// Parts of the way along a link at which its label may be, the middle first.
  private static let parts: [Double] = {
    var parts = [0.5]
    for step in 1...20 { parts += [0.5 - Double(step) * 0.02, 0.5 + Double(step) * 0.02] }
    return parts
  }()

  /// A place on a line or, if the line is steep and the place is taken, beside it.
  mutating func place(_ text: String, on line: TopologyLayout.Line) -> TopologyLayout.Label? {
    let width = Lettering.width(text, Lettering.label) + 6
    let isSteep = abs(line.to.x - line.from.x) < width
    // The middle of the picture has more room than its edges.
    let inward = line.from.x + line.to.x < 0 ? 1.0 : -1.0
    let shifts = isSteep ? [0, inward * (width / 2 + 2)] : [0]
    for shift in shifts {
      for part in Self.parts {
        let frame = Rectangle(
          center: line.from.toward(line.to, part).moved(shift, 0), width: width, height: 12)
        if taken.contains(where: { $0.overlaps(frame, margin: 1) }) { continue }
        taken.append(frame)
        return TopologyLayout.Label(text: text, frame: frame)
      }
    }
    return nil
  }
}
