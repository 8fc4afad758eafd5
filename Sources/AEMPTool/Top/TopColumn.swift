import AnyEventMP

/// A column of a table: what it shows of a row, and how it sorts.
struct TopColumn<Row>: Sendable {
  /// The values that rows are sorted by.
  enum Key {
    case text(String)
    /// Nil where it is not known, which comes last.
    case number(Double?)
  }

  let title: String
  /// The text to show; nil where it is not known.
  let text: @Sendable (Row) -> String?
  let order: @Sendable (Row) -> Key
  let isText: Bool

  init(_ title: String, text: @escaping @Sendable (Row) -> String) {
    self.title = title
    self.text = text
    order = { .text(text($0)) }
    isText = true
  }

  init(
    _ title: String, _ number: @escaping @Sendable (Row) -> Double?,
    _ show: @escaping @Sendable (Double) -> String
  ) {
    self.title = title
    text = { number($0).map(show) }
    order = { .number(number($0)) }
    isText = false
  }

  /// Whether one row comes before another: texts in their order, numbers with the greatest first.
  func precedes(_ one: Row, _ other: Row) -> Bool {
    switch (order(one), order(other)) {
    case (.text(let one), .text(let other)): one < other
    case (.number(let one?), .number(let other?)): one > other
    case (.number(_?), .number(nil)): true
    default: false
    }
  }
}

extension TopColumn<TopNode> {
  static let nodes: [TopColumn] = [
    .init("NODE") { $0.id },
    .init("STATE") { node in
      if node.isSilent { return "silent" }
      guard let status = node.status else { return node.trouble == nil ? "" : "mute" }
      return status.isGlobal ? "global" : "up"
    },
    .init("MSG/S", { $0.rates?.messages }, Legible.short),
    .init("BYTES/S", { $0.rates?.bytes }, Legible.short),
    .init("QUEUE", { ($0.status?.load?.queuedBytes).map(Double.init) }, Legible.short),
    .init("OLDEST", { node in node.status.map { _ in node.oldest } }, Self.age),
    .init("RTT/MS", { $0.roundTrip.map { $0 * 1000 } }, Self.milliseconds),
    .init("BLOCKED", { $0.blockedShare.map { $0 * 100 } }) { "\(Int($0.rounded())) %" },
    .init("LONGEST", { $0.status?.load?.longestBlock }, Self.age),
    .init("STARTS", { ($0.status?.load?.restarts).map { Double($0) + 1 } }, Legible.short),
    .init("LOST", { ($0.status?.load?.losses).map(Double.init) }, Legible.short),
    .init("DEAD", { ($0.status?.load?.convictions).map(Double.init) }, Legible.short),
    .init("LINKS", { ($0.status?.connections.count).map(Double.init) }, Legible.short),
    .init("PORTS", { ($0.status?.portCount).map(Double.init) }, Legible.short),
    .init("MEMORY", { ($0.status?.load?.memory).map(Double.init) }, Legible.short),
    .init("UP", { $0.status?.uptime }, Legible.duration),
    .init("VERSION") { node in node.status.map { "\($0.version)" } ?? "" },
  ]

  /// A time (s), short.
  static func age(_ seconds: Double) -> String {
    seconds < 0.0005
      ? "0" : seconds < 9.95 ? "\(Int((seconds * 1000).rounded())) ms" : Legible.duration(seconds)
  }

  /// Milliseconds with two digits behind the point while they are few.
  static func milliseconds(_ value: Double) -> String {
    value < 99.95 ? Printer.milliseconds(value / 1000).dropLast().description : Legible.short(value)
  }
}

extension TopColumn<TopLink> {
  static let links: [TopColumn] = [
    .init("FROM") { $0.node },
    .init("TO") { $0.other },
    .init("SENT/S", { $0.rates?.messagesOut }, Legible.short),
    .init("GOT/S", { $0.rates?.messagesIn }, Legible.short),
    .init("BYTES/S", { $0.rates?.bytes }, Legible.short),
    .init("QUEUE", { Double($0.connection.queuedBytes) }, Legible.short),
    .init("OLDEST", { $0.connection.queueAge }, TopColumn<TopNode>.age),
    .init(
      "RTT/MS", { $0.connection.roundTrip.map { $0 * 1000 } }, TopColumn<TopNode>.milliseconds),
    .init("FRAMING") { $0.connection.sendFraming },
    .init("CIPHER") { $0.connection.cipher.isEmpty ? "none" : $0.connection.cipher },
  ]
}
