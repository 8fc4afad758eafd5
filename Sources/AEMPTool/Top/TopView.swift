import AnyEventMP

/// A line of the screen.
struct TopLine: Equatable {
  enum Look { case plain, header, bad, notable }

  var text: String
  var look = Look.plain
}

/// Draws a ``TopModel`` as lines of at most so many columns.
struct TopView {
  let width: Int
  let height: Int

  /// The lines of the screen; the model's scroll position is brought into range.
  func lines(_ model: inout TopModel) -> [TopLine] {
    guard width > 0, height > 0 else { return [] }
    var lines = [TopLine(text: summary(model)), TopLine(text: prompt(model))]
    if model.isHelpShown {
      lines += Self.instructions.map { TopLine(text: $0) }
    } else {
      let table = table(model)
      lines += table.prefix(1)
      let rows = table.dropFirst()
      let page = max(0, height - lines.count)
      let start = max(0, min(model.top, rows.count - page))
      model.scrolled(to: start, page: page)
      lines += rows.dropFirst(start).prefix(page)
    }
    return lines.prefix(height).map { TopLine(text: Self.cut($0.text, width), look: $0.look) }
  }

  /// Both tables, without a screen around them.
  static func plain(_ model: TopModel) -> [String] {
    let view = TopView(width: .max, height: .max)
    var tables = [view.rows(model.shownNodes, TopColumn.nodes, nil) { _ in .plain }]
    let links = view.rows(model.shownLinks, TopColumn.links, nil) { _ in .plain }
    if links.count > 1 { tables.append(links) }
    return Array(tables.map { $0.map(\.text) }.joined(separator: [""]))
  }

  // MARK: Head

  private func summary(_ model: TopModel) -> String {
    let nodes = model.nodes.values
    let silent = nodes.count { $0.isSilent }
    // Each message is counted where it is sent.
    let messages = nodes.reduce(0) { $0 + ($1.rates?.messagesOut ?? 0) }
    let bytes = nodes.reduce(0) { $0 + ($1.rates?.bytesOut ?? 0) }
    let queued = nodes.reduce(0.0) { $0 + Double($1.status?.load?.queuedBytes ?? 0) }
    let links = model.links.values.reduce(0) { $0 + $1.count }
    return "aemp top: \(nodes.count) nodes\(silent > 0 ? ", \(silent) silent" : ""), "
      + "\((links + 1) / 2) link\(links < 3 ? "" : "s"), \(Legible.short(messages)) messages/s, "
      + "\(Legible.short(bytes)) bytes/s, \(Legible.short(queued)) bytes wait"
      + (model.isPaused ? " - paused" : "")
  }

  private func prompt(_ model: TopModel) -> String {
    if model.isTyping { return "filter: \(Legible.line(model.filter))_" }
    let filter = model.filter.isEmpty ? "" : "only \"\(Legible.line(model.filter))\"; "
    return filter + "q quit, n nodes, l links, s sort, r reverse, / filter, p pause, ? help"
  }

  private static let instructions = [
    "", "  n, l, Tab   show nodes, or links",
    "  s, S        sort by the next column, or the one before",
    "  r           reverse the order",
    "  /           show only names that contain a text; Esc: all",
    "  p, space    pause", "  arrows, Page Up, Page Down, Home, End   scroll", "  q           quit",
  ]

  // MARK: Tables

  private func table(_ model: TopModel) -> [TopLine] {
    switch model.table {
    case .nodes:
      rows(model.shownNodes, TopColumn.nodes, model.sorting.nodes) { node in
        if node.isSilent { return .bad }
        return node.oldest >= 1 || (node.blockedShare ?? 0) >= 0.5 ? .notable : .plain
      }
    case .links:
      rows(model.shownLinks, TopColumn.links, model.sorting.links) {
        $0.connection.queueAge >= 1 ? .notable : .plain
      }
    }
  }

  /// Header and rows; `sorting` is the column that is marked.
  private func rows<Row>(
    _ rows: [Row], _ columns: [TopColumn<Row>], _ sorting: Int?, _ look: (Row) -> TopLine.Look
  ) -> [TopLine] {
    var cells = [
      columns.enumerated().map { index, column in column.title + (index == sorting ? "*" : "") }
    ]
    for row in rows {
      cells.append(columns.map { Legible.line($0.text(row) ?? "-") })
    }
    let widths = columns.indices.map { column in
      let widest = cells.map { $0[column].count }.max() ?? 0
      return width == .max ? widest : min(widest, max(12, width / 3))
    }
    return cells.enumerated().map { index, cells in
      let parts = cells.enumerated().map { column, cell in
        let text = width == .max ? cell : Self.cut(cell, widths[column])
        let space = String(repeating: " ", count: max(0, widths[column] - text.count))
        return columns[column].isText ? text + space : space + text
      }
      var line = parts.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return TopLine(text: line, look: index == 0 ? .header : look(rows[index - 1]))
    }
  }

  /// The beginning of a text that is too long, marked as such.
  private static func cut(_ text: String, _ width: Int) -> String {
    text.count <= width
      ? text : width < 2 ? String(text.prefix(width)) : text.prefix(width - 1) + "~"
  }
}
