/// What the colours of the picture mean: those that are in it.
struct SVGLegend {
  private let looks: [Look]
  private let strokes: [Stroke]
  private let ciphers: String

  private static let (row, symbol) = (20.0, 34.0)

  init(_ topology: Topology) {
    let nodes = Set(topology.nodes.values.map(Look.of))
    looks = Look.all.filter(nodes.contains)
    let links = Set(topology.links.values.map(Stroke.of))
    strokes = Stroke.all.filter(links.contains)
    ciphers = TextSet(topology.links.values.compactMap(\.cipher)).filter { !$0.isEmpty }.sorted()
      .joined(separator: ", ")
  }

  /// The room that it takes.
  var height: Double { Double(max(1, max(looks.count, strokes.count))) * Self.row }
  var width: Double { columnWidth(looks.map(\.meaning)) + columnWidth(strokes.map(text)) }

  private func columnWidth(_ texts: [String]) -> Double {
    Self.symbol + 34
      + (texts.map { Lettering.width($0, Lettering.fact) }.max() ?? 0)
  }

  private func text(_ stroke: Stroke) -> String {
    stroke == .encrypted
      ? "\(stroke.meaning): \(Lettering.shortened(Legible.line(ciphers), to: 60))" : stroke.meaning
  }

  /// The elements, the first column beginning there.
  func elements(x: Double, y: Double) -> [String] {
    let second = x + columnWidth(looks.map(\.meaning))
    let nodes = looks.enumerated().map { index, look in
      let top = y + Double(index) * Self.row
      return "<rect x=\"\(SVGText.number(x))\" y=\"\(SVGText.number(top))\" "
        + "width=\"\(SVGText.number(Self.symbol - 10))\" height=\"14\" rx=\"4\" "
        + "fill=\"\(look.fill)\" stroke=\"\(look.stroke)\""
        + (look.isDashed ? " stroke-dasharray=\"4 3\"" : "") + "/>"
        + caption(look.meaning, x: x + Self.symbol, y: top + 10.5)
    }
    let links = strokes.enumerated().map { index, stroke in
      let middle = y + Double(index) * Self.row + 7
      return "<line x1=\"\(SVGText.number(second))\" y1=\"\(SVGText.number(middle))\" "
        + "x2=\"\(SVGText.number(second + Self.symbol - 8))\" y2=\"\(SVGText.number(middle))\" "
        + "stroke=\"\(stroke.color)\" stroke-width=\"\(SVGText.number(stroke.width))\""
        + (stroke.dashes.map { " stroke-dasharray=\"\($0)\"" } ?? "") + "/>"
        + caption(text(stroke), x: second + Self.symbol, y: middle + 3.5)
    }
    return nodes + links
  }

  private func caption(_ text: String, x: Double, y: Double) -> String {
    "<text x=\"\(SVGText.number(x))\" y=\"\(SVGText.number(y))\" "
      + "font-size=\"\(SVGText.number(Lettering.fact))\" fill=\"#4a5160\">"
      + "\(SVGText.escaped(text))</text>"
  }
}
