/// Whether a node takes a new value of a setting over while it runs; each row of the table says so.
enum SettingReload: Sendable {
  /// It does; the text says what goes on with the old value, if anything does.
  case applied(_ rest: String = "")
  /// It keeps the value that it began with; the text says why.
  case kept(because: String)
  /// Nothing of a node follows from the setting.
  case ignored

  /// It does, for connections that are made from then on.
  static let forNewConnections = SettingReload.applied(
    "connections that are there stay as they are")

  /// Whether a running node keeps the value that it began with.
  var isKept: Bool {
    if case .kept = self { true } else { false }
  }
}
