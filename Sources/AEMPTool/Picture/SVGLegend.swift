/// The legend of the picture: the meanings of all colours that are in it.
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

  /// The elements of the legend, whose first column begins at this place.
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

/// The colours of a node, and their meaning.
struct Look: Hashable {
  let fill: String
  let stroke: String
  let text: String
  let fact: String
  var isDashed = false
  let meaning: String

  /// All of them, in the order of the legend.
  static let all = [global, slave, foreignGlobal, foreign, silent, unreachable]

  static let global = Look(
    fill: "#1f4e79", stroke: "#163a5c", text: "#ffffff", fact: "#c7dcf0", meaning: "global node")
  static let slave = Look(
    fill: "#e6f0fa", stroke: "#5b8fc4", text: "#12324f", fact: "#4d6a87", meaning: "node")
  static let foreignGlobal = Look(
    fill: "#8a5a0b", stroke: "#66420a", text: "#ffffff", fact: "#f3e0bd",
    meaning: "global node of another program")
  static let foreign = Look(
    fill: "#fdf1dc", stroke: "#c9973f", text: "#4d3408", fact: "#86683a",
    meaning: "node of another program")
  static let silent = Look(
    fill: "#f1f1f4", stroke: "#8b8f9a", text: "#33363d", fact: "#6a6e78", isDashed: true,
    meaning: "does not tell its connections")
  static let unreachable = Look(
    fill: "#fdeceb", stroke: "#c0392b", text: "#8e2a1f", fact: "#b0574d", isDashed: true,
    meaning: "unreachable")

  /// The look of a node.
  static func of(_ node: Topology.Node) -> Look {
    switch node.state {
    case .unreachable: unreachable
    case .silent, .unasked: silent
    case .named: node.isGlobal ? foreignGlobal : foreign
    case .told: node.isGlobal ? global : slave
    }
  }
}

/// The colour of a link, and its meaning.
struct Stroke: Hashable {
  let color: String
  let width: Double
  var dashes: String?
  let meaning: String

  /// All of them, in the order of the legend.
  static let all = [encrypted, plain, unknown]

  static let encrypted = Stroke(color: "#1d8a57", width: 2, meaning: "encrypted")
  static let plain = Stroke(color: "#8792a2", width: 1.5, meaning: "not encrypted")
  static let unknown = Stroke(
    color: "#a9a9b2", width: 1.5, dashes: "5 4", meaning: "nobody has said whether encrypted")

  /// The stroke of a link.
  static func of(_ link: Topology.Link) -> Stroke {
    guard let cipher = link.cipher else { return unknown }
    return cipher.isEmpty ? plain : encrypted
  }
}
