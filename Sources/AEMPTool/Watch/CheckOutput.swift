import AnyEventMP

/// Writes a report as a monitoring system wants it.
struct CheckOutput {
  let report: CheckReport
  let expected: CheckExpectations

  func text(_ format: CheckFormat) -> Shown {
    switch format {
    case .nagios: nagios
    case .json: Shown(legible: Printer.json(json) + "\n")
    case .prometheus: prometheus
    }
  }

  private var days: Int? {
    report.certificateDays.map { Int(min(max($0.rounded(.down), -1e9), 1e9)) }
  }

  /// One line: state, problems, and figures behind a bar.
  private var nagios: Shown {
    let answering = report.nodes.count { $0.silence == nil }
    let facts =
      report.problems.isEmpty
      ? praise(answering) : report.problems.map(\.sentence).joined(separator: "; ")
    // A bar begins the figures.
    let line = facts.replacing("|", with: "/")
    let least = expected.count.map { ";;\($0):" } ?? ""
    var figures = "nodes=\(answering)\(least) connections=\(report.links)"
    figures += " queue=\(report.longestQueue)B;\(expected.queue)"
    if let days { figures += " certificate_days=\(days);\(expected.days):;0:" }
    return "AEMP \(report.state.name.uppercased()) - \(line) | \(figures)\n"
  }

  /// The sentence for a network in which all is well; nodes of Perl and secure ones answer, but tell nothing to
  /// compare.
  private func praise(_ answering: Int) -> String {
    let telling = report.nodes.count { $0.status != nil }
    let agreement =
      telling == answering
      ? "one database, one version"
      : telling == 0
        ? "none tells of its state"
        : "one database, one version of the \(telling) that tell of their state"
    return
      "\(Self.count(answering, "node")), \(Self.count(report.links, "connection")), \(agreement)"
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  private var json: Value {
    let problems = report.problems.map { problem -> Value in
      [
        "state": .string(problem.state.name), "check": .string(problem.check),
        "text": .string(problem.sentence),
      ]
    }
    let nodes = report.nodes.map { node -> Value in
      let status = node.status
      return [
        "node": .string(node.id), "answers": .bool(node.silence == nil),
        "version": status.map { .string($0.version) } ?? .null,
        "global": status.map { .bool($0.isGlobal) } ?? .null,
        "digest": status?.database.map { .string($0.digest) } ?? .null,
      ]
    }
    return [
      "state": .string(report.state.name), "code": .int(report.state.rawValue),
      "problems": .array(problems), "nodes": .array(nodes), "connections": .int(report.links),
      "queue": .int(report.longestQueue), "certificate_days": days.map(Value.int) ?? .null,
    ]
  }

  /// Prometheus' text format: one figure a line.
  private var prometheus: Shown {
    var text: Shown = ""
    func add(_ name: String, _ help: String, _ samples: [(labels: String, value: String)]) {
      guard !samples.isEmpty else { return }
      text = text + Shown(legible: "# HELP aemp_\(name) \(help)\n# TYPE aemp_\(name) gauge\n")
      for (labels, value) in samples {
        text =
          text + Shown(legible: "aemp_\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(value)\n")
      }
    }
    add(
      "check_state", "0 ok, 1 warning, 2 critical, 3 unknown.",
      [("", String(report.state.rawValue))])
    add(
      "problem", "What is not as it should be.",
      report.problems.map { problem in
        let labels = [
          Self.label("check", problem.check), Self.label("state", problem.state.name),
          Self.label("text", problem.sentence),
        ]
        return (labels.joined(separator: ","), "1")
      })
    add("connections", "Connections between nodes.", [("", String(report.links))])
    add(
      "node_up", "Whether a node answers.",
      report.nodes.map { (Self.label("node", $0.id), $0.silence == nil ? "1" : "0") })
    let loads = report.nodes.compactMap { node in
      node.status?.load.map { (Self.label("node", node.id), $0) }
    }
    add("queue_bytes", "Bytes that wait for other nodes.", loads.map { ($0, "\($1.queuedBytes)") })
    add(
      "messages_sent", "Messages sent since the start.",
      loads.map { ($0, "\($1.traffic.messagesOut)") })
    add(
      "messages_received", "Messages received since the start.",
      loads.map { ($0, "\($1.traffic.messagesIn)") })
    add("bytes_sent", "Bytes sent since the start.", loads.map { ($0, "\($1.traffic.bytesOut)") })
    add(
      "bytes_received", "Bytes received since the start.",
      loads.map { ($0, "\($1.traffic.bytesIn)") })
    add(
      "blocked_seconds", "Time in which callbacks held up the loop.",
      loads.compactMap { labels, load in load.blocked.map { (labels, "\($0)") } })
    add("restarts", "Starts after the first one.", loads.map { ($0, "\($1.restarts)") })
    add("connections_lost", "Connections lost since the start.", loads.map { ($0, "\($1.losses)") })
    add(
      "convictions", "Nodes taken for dead, since they were silent, since the start.",
      loads.map { ($0, "\($1.convictions)") })
    add(
      "certificate_end_seconds", "When the certificate expires, in seconds since 1970.",
      report.nodes.compactMap { node in
        node.status?.certificateEnd.map { (Self.label("node", node.id), "\($0)") }
      })
    return text
  }

  private static func label(_ name: String, _ value: String) -> String {
    let text = Legible.line(value).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return "\(name)=\"\(text)\""
  }
}
