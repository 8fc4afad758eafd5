/// Whether a node takes a new value of a setting over while it runs; each row of the table says so.
enum SettingReload: Sendable {
  /// The node takes the value over; the text says which connections or peers go on with the old one, if any do.
  case applied(_ rest: String = "")
  /// The node keeps the value that it began with; the text says why.
  case kept(because: String)
  /// The setting has no effect on a running node.
  case ignored

  /// The node uses the value for connections that are made from then on.
  static let forNewConnections = SettingReload.applied(
    "connections that are there stay as they are")

  /// Whether a running node keeps the value that it began with.
  var isKept: Bool {
    if case .kept = self { true } else { false }
  }
}
