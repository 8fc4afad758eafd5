/// The colours of the picture, and what they say.
struct Look: Hashable {
  let fill: String
  let stroke: String
  let text: String
  let fact: String
  var isDashed = false
  let meaning: String

  /// What all nodes look like, in the order of the legend.
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

  /// What a node looks like.
  static func of(_ node: Topology.Node) -> Look {
    switch node.state {
    case .unreachable: unreachable
    case .silent, .unasked: silent
    case .named: node.isGlobal ? foreignGlobal : foreign
    case .told: node.isGlobal ? global : slave
    }
  }
}

/// What links look like.
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

  /// What a link looks like.
  static func of(_ link: Topology.Link) -> Stroke {
    guard let cipher = link.cipher else { return unknown }
    return cipher.isEmpty ? plain : encrypted
  }
}
