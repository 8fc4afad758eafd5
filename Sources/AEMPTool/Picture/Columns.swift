/// The places of the nodes of an arrangement: in the two columns inside, if there are any, and the two
/// outside.
struct Columns {
  /// The middle of each node's box.
  private(set) var centers: TextDictionary<Point> = [:]
  /// Where the links of a node in a column begin, on the side of the middle of the picture.
  private var innerEdges: TextDictionary<Point> = [:]
  /// Where the links that lead away from the middle begin; only of nodes in the columns inside.
  private var outerEdges: TextDictionary<Point> = [:]
  private let arrangement: Arrangement

  /// The distance of the middles of two nodes above each other.
  private let row: Double
  private let scale: Double
  /// The width that is kept free for the labels of links.
  private let gap: Double

  /// The columns of an arrangement.
  ///
  /// - Parameters:
  ///   - arrangement: the groups of nodes in the columns.
  ///   - scale: how much farther apart than usual.
  init(_ arrangement: Arrangement, scale: Double) {
    self.arrangement = arrangement
    self.scale = scale
    row = (arrangement.isCompact ? 31 : 50) * scale
    gap = 210 * scale
    let sides = [(arrangement.right, 1.0), (arrangement.left, -1.0)]
    let total = sides.map { height(of: $0.0) }.max() ?? 0
    var (reach, depth) = (gap / 2, 0.2)
    if let center = arrangement.center {
      centers[center] = Point(x: 0, y: 0)
      reach = size(center).width / 2 + gap
    } else {
      let inside = sides.map { (hubRows($0.0), $0.1) }
      // A ring of nodes needs room for the chords between them.
      let hubs = inside.map(\.0.count).max() ?? 0
      let halfWidth = max(gap / 2 + 20, Double(hubs) * row * 0.45)
      for (rows, side) in inside {
        let height = (rows.last?.y ?? 0) - (rows.first?.y ?? 0)
        place(rows, at: halfWidth, bow: rows.count > 2 ? min(height * 0.2, 150 * scale) : 0, side)
        for (id, _) in rows {
          guard let point = centers[id] else { continue }
          outerEdges[id] = point.moved(side * size(id).width / 2, 0)
          reach = max(reach, point.x * side + size(id).width / 2 + gap)
        }
      }
      if hubs == 0 {
        reach = max(gap * 0.75, total * 0.42)
        depth = 0.28
      }
    }
    for (groups, side) in sides {
      place(memberRows(groups), at: reach, bow: min(total * depth, 240 * scale), side)
    }
  }

  private func size(_ id: String) -> Rectangle {
    arrangement.sizes[id] ?? Rectangle(center: Point(x: 0, y: 0), width: 0, height: 0)
  }

  /// Places nodes of one side: their inner edges on a bow that is deepest half way down.
  private mutating func place(
    _ rows: [(id: String, y: Double)], at reach: Double, bow: Double, _ side: Double
  ) {
    let extent = max(row, rows.map { abs($0.y) }.max() ?? 0)
    for (id, y) in rows {
      let part = y / extent
      let x = reach + bow * (1 - part * part)
      innerEdges[id] = Point(x: side * x, y: y)
      centers[id] = Point(x: side * (x + size(id).width / 2), y: y)
    }
  }

  // MARK: Rows

  /// The distance between two groups, besides that of their nodes.
  private var groupGap: Double { row * 0.4 }

  private func height(of groups: [Arrangement.Group]) -> Double {
    let rows = groups.reduce(0) { $0 + max(1, $1.members.count) }
    return Double(max(0, rows - 1)) * row + Double(max(0, groups.count - 1)) * groupGap
  }

  /// The nodes outside, one below the other, around the height 0.
  private func memberRows(_ groups: [Arrangement.Group]) -> [(id: String, y: Double)] {
    var rows: [(String, Double)] = []
    var y = -height(of: groups) / 2
    for group in groups {
      for (index, id) in group.members.enumerated() { rows.append((id, y + Double(index) * row)) }
      y += Double(max(1, group.members.count)) * row + groupGap
    }
    return rows
  }

  /// The nodes inside, each at the height of its members.
  private func hubRows(_ groups: [Arrangement.Group]) -> [(id: String, y: Double)] {
    var rows: [(id: String, y: Double)] = []
    var y = -height(of: groups) / 2
    for group in groups {
      let count = Double(max(1, group.members.count))
      if let hub = group.hub { rows.append((hub, y + (count - 1) * row / 2)) }
      y += count * row + groupGap
    }
    // Nodes with few members must not touch each other.
    let distance = row * 1.3
    var shift = 0.0
    for index in rows.indices.dropFirst() {
      let least = rows[index - 1].y + distance
      if rows[index].y < least {
        shift = max(shift, least - rows[index].y)
        rows[index].y = least
      }
    }
    return rows.map { ($0.id, $0.y - shift / 2) }
  }

  // MARK: Links

  /// Where the line of a link begins and ends.
  func ends(of pair: Topology.Pair) -> (Point, Point) {
    (end(pair.a, toward: pair.b), end(pair.b, toward: pair.a))
  }

  private func end(_ id: String, toward other: String) -> Point {
    let center = centers[id] ?? Point(x: 0, y: 0)
    guard let inner = innerEdges[id] else {
      var frame = size(id)
      frame.center = center
      return frame.edge(toward: innerEdges[other] ?? center)
    }
    // This link leads from inside to outside on the same side.
    if let outer = outerEdges[id], outerEdges[other] == nil, let there = centers[other],
      (there.x < 0) == (center.x < 0)
    {
      return outer
    }
    return inner
  }
}
