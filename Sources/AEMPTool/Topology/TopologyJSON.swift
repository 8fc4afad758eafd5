import AnyEventMP

/// A topology as JSON, one object a line: first the nodes, then the connections.
///
///     {"node": "seed/1", "state": "told", "global": true, "provider": "swift-anyevent",
///      "version": "0.1.0", "binds": ["10.0.0.1:4040"], "master": "seed/1", "ports": 3, "pid": 71,
///      "uptime": 123.4, "rtt_ms": 0.21}
///     {"link": ["seed/1", "w/1"], "auth": ["hmac_sha3_512", "hmac_sha3_512"], "cipher": "",
///      "framing": ["cbor", "cbor"], "queued": [0, 0], "dialled_by": "w/1", "one_sided": false,
///      "rtt_ms": 0.34}
///
/// `state` is `told`; `named` for a node of another program, which only names the nodes that it is
/// connected to; `silent` and `unreachable` with a `reason`; `unasked`. `rtt_ms` of a node is a round
/// trip from the tool, that of a link one from end to end. The arrays of a link belong to its two nodes in
/// this order: the method by which each has proved itself, the framing in which it sends, the bytes that
/// wait there. `cipher` is empty without encryption. A value that is not known is null.
enum TopologyJSON {
  /// All objects.
  static func objects(_ topology: Topology) -> [TextDictionary<Value>] {
    topology.sortedNodes.map(object) + topology.sortedLinks.map { object($0, topology) }
  }

  private static func object(_ node: Topology.Node) -> TextDictionary<Value> {
    let (state, reason) = text(node.state)
    var object: TextDictionary<Value> = [
      "node": .string(node.id), "state": .string(state), "global": .bool(node.isGlobal),
      "provider": text(node.provider.isEmpty ? nil : node.provider),
      "version": text(node.version.isEmpty ? nil : node.version),
      "binds": node.listeners.map { .array($0.map(Value.string)) } ?? .null,
      "master": text(node.master), "ports": number(node.portCount),
      "pid": number(node.processID), "uptime": node.uptime.map(Value.double) ?? .null,
      "rtt_ms": milliseconds(node.roundTrip),
    ]
    if let reason { object["reason"] = .string(reason) }
    return object
  }

  private static func object(_ link: Topology.Link, _ topology: Topology) -> TextDictionary<Value> {
    [
      "link": [.string(link.pair.a), .string(link.pair.b)],
      "auth": [text(link.a.authMethod), text(link.b.authMethod)],
      "framing": [text(link.a.framing), text(link.b.framing)],
      "queued": [number(link.a.queuedBytes), number(link.b.queuedBytes)],
      "cipher": text(link.cipher), "dialled_by": text(link.dialler),
      "one_sided": .bool(topology.isOneSided(link)), "rtt_ms": milliseconds(link.roundTrip),
    ]
  }

  private static func text(_ state: Topology.State) -> (String, reason: String?) {
    switch state {
    case .unasked: ("unasked", nil)
    case .told: ("told", nil)
    case .named: ("named", nil)
    case .silent(let reason): ("silent", reason)
    case .unreachable(let reason): ("unreachable", reason)
    }
  }

  private static func text(_ text: String?) -> Value { text.map(Value.string) ?? .null }

  private static func number(_ number: Int?) -> Value { number.map(Value.int) ?? .null }

  private static func milliseconds(_ seconds: Double?) -> Value {
    seconds.map(Printer.number(ofMilliseconds:)) ?? .null
  }
}
