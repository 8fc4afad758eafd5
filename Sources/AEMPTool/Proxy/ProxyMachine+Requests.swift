internal import AEValue

extension ProxyMachine {
  /// Why a request cannot be done; nil if it can.
  func problem(with request: ProxyRequest) -> ProxyAnswer? {
    for node in request.nodes where !nodes.contains(node) {
      let known = nodes.sorted().joined(separator: ", ")
      return ProxyAnswer(
        code: .noSuchNode,
        sentence: """
          the proxy knows no node "\(node)"; \(known.isEmpty ? "it has none yet" : "it has: \(known)")
          """)
    }
    let isTwice =
      switch request {
      case .change(let one, let other, _), .wait(let one, let other, _, _): one == other
      case .partition(let ones, let others): ones.contains { others.contains($0) }
      default: false
      }
    if isTwice {
      return ProxyAnswer(
        code: .usage, sentence: "a link is between two nodes, and here one is on both sides")
    }
    if case .partition(let ones, let others) = request, ones.isEmpty || others.isEmpty {
      return ProxyAnswer(code: .usage, sentence: "a group of nodes is empty; write it as: a,b")
    }
    return nil
  }

  /// Carries out a valid request, unless it needs sockets or time.
  mutating func perform(_ request: ProxyRequest, isJSON: Bool, at now: Double) -> ProxyAnswer {
    switch request {
    case .node, .wait: return ProxyAnswer()
    case .healAll: healAll(at: now)
    case .change(let one, let other, let fault):
      change(one, other, at: now) { fault.apply(to: &$0) }
    case .partition(let ones, let others):
      for one in ones {
        for other in others { change(one, other, at: now) { $0.passage = .cut } }
      }
    case .list:
      return ProxyAnswer(
        lines: links.sorted { $0.key < $1.key }.map { isJSON ? $0.value.json : $0.value.line })
    }
    return ProxyAnswer()
  }

  /// Whether the count that a request waits for is reached.
  func isThere(_ request: ProxyRequest) -> Bool {
    guard case .wait(let one, let other, let counter, let count) = request else { return true }
    let present = link(one, other).count(counter)
    return count == 0 ? present == 0 : present >= count
  }
}

extension ProxyLink {
  /// The link for people: both nodes, the four counts, and the faults.
  fileprivate var line: Shown {
    "\(lower)\t\(upper)\t\(connections)\t\(drops)\t\(refusals)\t\(bytes)\t\(faults.description)"
  }

  fileprivate var json: Shown {
    var members: TextDictionary<Value> = [
      "nodes": [.string(lower), .string(upper)], "passage": .string(faults.passage.rawValue),
      "rate": faults.rate.map(Value.double) ?? .null, "delay_ms": .double(faults.delay * 1000),
      "drop": faults.drops.map { .double($0.probability) } ?? .null,
    ]
    for counter in Counter.allCases { members[counter.rawValue] = .int(count(counter)) }
    return Shown(legible: Printer.json(.hash(members)))
  }
}
