internal import AEValue

/// The picture of a topology: a whole SVG file, the same for the same topology.
///
/// Each node is an element of class `node` with its id as `data-node`, each connection one of class `link`
/// with the ids of its ends as `data-from` and `data-to`. Facts without room are in titles, which viewers
/// show at the pointer.
struct SVGWriter {
  private let topology: Topology
  private let layout: TopologyLayout

  private static let (margin, head, legendRow) = (28.0, 64.0, 20.0)
  private static let font =
    "ui-monospace, 'DejaVu Sans Mono', Menlo, 'Liberation Mono', monospace"

  init(_ topology: Topology) {
    self.topology = topology
    layout = TopologyLayout(topology)
  }

  /// The content of the file.
  var text: String {
    let legend = SVGLegend(topology)
    let width = max(layout.bounds.width, legend.width, 260) + Self.margin * 2
    let legendTop = Self.head + layout.bounds.height + Self.margin
    let height = legendTop + legend.height + Self.margin
    let shift = Point(x: width / 2, y: Self.head + layout.bounds.height / 2)
      .moved(-layout.bounds.center.x, -layout.bounds.center.y)
    let size = "\(SVGText.number(width)) \(SVGText.number(height))"
    var lines = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(SVGText.number(width))\" "
        + "height=\"\(SVGText.number(height))\" viewBox=\"0 0 \(size)\" "
        + "font-family=\"\(SVGText.attribute(Self.font))\">",
      "<title>\(SVGText.escaped(title))</title>",
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
      text(title, x: Self.margin, y: 34, size: 15, "#22262e", "font-weight=\"bold\""),
      "<g transform=\"translate(\(SVGText.number(shift.x)) \(SVGText.number(shift.y)))\">",
    ]
    lines += layout.lines.map(element)
    // The labels come above all lines, which would cross them otherwise.
    lines += layout.lines.compactMap { line in line.label.map { element($0, of: line.link) } }
    lines += layout.boxes.map(element)
    lines.append("</g>")
    lines += legend.elements(x: Self.margin, y: legendTop)
    lines.append("</svg>")
    return lines.joined(separator: "\n") + "\n"
  }

  private var title: String {
    let (nodes, links) = (topology.nodes.count, topology.links.count)
    let title =
      "AEMP network: \(nodes) node\(nodes == 1 ? "" : "s"), \(links) connection\(links == 1 ? "" : "s")"
    return topology.isCut ? title + " (there are more)" : title
  }

  private func element(_ line: TopologyLayout.Line) -> String {
    let link = line.link
    let stroke = Stroke.of(link)
    let dashes = stroke.dashes.map { " stroke-dasharray=\"\($0)\"" } ?? ""
    let facts = TopologyText.facts(link, at: link.pair.a, topology)
    let title = ["\(link.pair.a) – \(link.pair.b)", facts.joined(separator: ", ")]
    // Many lines must not hide each other.
    let opacity = layout.lines.count > 150 ? " stroke-opacity=\"0.5\"" : ""
    return "<g class=\"link\" data-from=\"\(SVGText.attribute(link.pair.a))\" "
      + "data-to=\"\(SVGText.attribute(link.pair.b))\"><title>\(SVGText.escaped(lines: title))</title>"
      + "<line x1=\"\(SVGText.number(line.from.x))\" y1=\"\(SVGText.number(line.from.y))\" "
      + "x2=\"\(SVGText.number(line.to.x))\" y2=\"\(SVGText.number(line.to.y))\" "
      + "stroke=\"\(stroke.color)\" stroke-width=\"\(SVGText.number(stroke.width))\"\(dashes)"
      + "\(opacity)/></g>"
  }

  private func element(_ label: TopologyLayout.Label, of link: Topology.Link) -> String {
    let frame = label.frame
    return rectangle(frame, radius: 3, "fill=\"#ffffff\" fill-opacity=\"0.88\"")
      + text(
        label.text, x: frame.center.x, y: frame.center.y + 3.2, size: Lettering.label, "#4a5160",
        "text-anchor=\"middle\"")
  }

  private func element(_ box: TopologyLayout.Box) -> String {
    let look = Look.of(box.node)
    let frame = box.frame
    let dashes = look.isDashed ? " stroke-dasharray=\"4 3\"" : ""
    let center = "text-anchor=\"middle\""
    let title = [box.node.id] + TopologyText.facts(box.node)
    let nameY = box.fact.isEmpty ? frame.center.y + 4.2 : frame.center.y - 3
    return "<g class=\"node\" data-node=\"\(SVGText.attribute(box.node.id))\">"
      + "<title>\(SVGText.escaped(lines: title))</title>"
      + rectangle(
        frame, radius: 8,
        "fill=\"\(look.fill)\" stroke=\"\(look.stroke)\" stroke-width=\"1.2\"\(dashes)")
      + text(
        box.name, x: frame.center.x, y: nameY, size: Lettering.name, look.text,
        center + " font-weight=\"bold\"")
      + (box.fact.isEmpty
        ? ""
        : text(
          box.fact, x: frame.center.x, y: frame.center.y + 11.5, size: Lettering.fact, look.fact,
          center))
      + "</g>"
  }

  private func rectangle(_ frame: Rectangle, radius: Double, _ attributes: String) -> String {
    "<rect x=\"\(SVGText.number(frame.left))\" y=\"\(SVGText.number(frame.top))\" "
      + "width=\"\(SVGText.number(frame.width))\" height=\"\(SVGText.number(frame.height))\" "
      + "rx=\"\(SVGText.number(radius))\" \(attributes)/>"
  }

  private func text(
    _ text: String, x: Double, y: Double, size: Double, _ color: String, _ attributes: String
  ) -> String {
    "<text x=\"\(SVGText.number(x))\" y=\"\(SVGText.number(y))\" "
      + "font-size=\"\(SVGText.number(size))\" fill=\"\(color)\" \(attributes)>"
      + "\(SVGText.escaped(text))</text>"
  }
}

/// Text and numbers in the notation of SVG.
enum SVGText {
  /// Text for people: legible, with all characters escaped that mean something in XML.
  static func escaped(_ text: String) -> String { escaped(text, .swift) }

  /// Lines for people, each legible.
  static func escaped(lines: [String]) -> String {
    lines.map { escaped($0) }.joined(separator: "&#10;")
  }

  /// The value of an attribute that programs read: unchanged, with characters that would have an effect
  /// on a terminal as references.
  static func attribute(_ text: String) -> String { escaped(text, .xml) }

  private static func escaped(_ text: String, _ notation: LegibleText.Notation) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&apos;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    // This comes last, because it adds ampersands of its own.
    return LegibleText.text(result, notation)
  }

  /// A number with at most one digit behind the point.
  static func number(_ value: Double) -> String {
    let tenths = Int((max(-1e9, min(1e9, value)) * 10).rounded())
    let sign = tenths < 0 ? "-" : ""
    let (whole, rest) = abs(tenths).quotientAndRemainder(dividingBy: 10)
    return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
  }
}
