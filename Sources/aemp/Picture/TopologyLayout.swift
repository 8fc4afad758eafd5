/// Where everything of a topology is in its picture: a function of the topology alone.
///
/// The global nodes are in the middle, one alone or in two bowed columns, and the others outside of
/// them in two more, each on the side of its master. So every node has a row of its own, links run between
/// the columns, and a chord inside of a bowed column touches none of its boxes.
struct TopologyLayout {
  /// A node.
  struct Box {
    let node: Topology.Node
    var frame: Rectangle
    /// The node id, and what else is written there.
    let name: String
    let fact: String
  }

  /// A link.
  struct Line {
    let link: Topology.Link
    var from: Point
    var to: Point
    /// What is written there, unless there is no room for it.
    var label: Label?
  }

  /// What is written at a link.
  struct Label: Hashable {
    let text: String
    var frame: Rectangle
  }

  private(set) var boxes: [Box] = []
  private(set) var lines: [Line] = []
  /// How many links have no room for what is to be written there.
  private(set) var unlabelled = 0
  /// What all that is drawn fits in.
  private(set) var bounds = Rectangle(center: Point(x: 0, y: 0), width: 0, height: 0)

  /// With more links than this nobody can read anything at them.
  private static let labelLimit = 400

  /// The layout of a topology, as wide as it takes to write something at nearly every link.
  init(_ topology: Topology) {
    let arrangement = Arrangement(topology)
    let links = topology.sortedLinks
    var best = Self(arrangement, links, scale: 1)
    // One in twenty may go without: its title says the same.
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

  /// What is written at a link: how the nodes prove themselves, and the round trip.
  static func text(of link: Topology.Link) -> String {
    [
      Legible.both(link.a.authMethod, link.b.authMethod).map(Legible.line),
      link.roundTrip.map(Legible.milliseconds),
    ].compactMap(\.self).joined(separator: " ")
  }
}
