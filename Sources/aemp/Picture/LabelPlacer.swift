/// Finds a place for what is written at each link, so that it covers neither a node nor another text.
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
