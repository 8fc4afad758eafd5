import AnyEventMP

@testable import aemp

/// Networks as their nodes would describe them.
struct SampleNetwork {
  private(set) var topology: Topology
  private var statuses: [String: NodeStatus] = [:]

  init(starts: [String] = [], ownID: String = "", limit: Int = 5000) {
    topology = Topology(starts: starts, ownID: ownID, limit: limit)
  }

  /// What a node says that is connected to these, of which it has dialled some.
  static func status(
    _ id: String, global: Bool = false, master: String? = nil, connections: [String] = [],
    dialled: TextSet = [], cipher: String = "", proof: String = "hmac_sha3_512"
  ) -> NodeStatus? {
    NodeStatus(
      messageValue: .hash([
        "node": .string(id), "provider": "swift-anyevent", "version": "0.1.0", "uptime": 61,
        "pid": 71, "global": .bool(global), "master": master.map(Value.string) ?? .null,
        "binds": [.string("10.0.0.1:4040")], "ports": 3,
        "connections": .array(
          connections.map { other in
            .hash([
              "node": .string(other), "address": "10.0.0.2:4040",
              "dialled": .bool(dialled.contains(other)), "provider": "swift-anyevent",
              "sends": "cbor", "receives": "json", "auth": "hmac_sha3_512",
              "sent_auth": .string(proof), "cipher": .string(cipher), "queued": 0,
            ])
          }),
      ]))
  }

  /// A network of these nodes, with links between these pairs; each node tells of its own.
  static func network(
    globals: [String], slaves: [(id: String, master: String?)], links: [(String, String)],
    cipher: String = ""
  ) -> Topology {
    var topology = Topology(ownID: "anon/tool")
    var ends: [String: [String]] = [:]
    for (a, b) in links {
      ends[a, default: []].append(b)
      ends[b, default: []].append(a)
    }
    let nodes = globals.map { ($0, true, $0) } + slaves.map { ($0.id, false, $0.master) }
    for (id, isGlobal, master) in nodes {
      guard
        let status = status(
          id, global: isGlobal, master: master, connections: ends[id] ?? [], cipher: cipher)
      else { continue }
      topology.told(status, by: id)
      topology.note(roundTrip: 0.000_2, to: id)
    }
    for (a, b) in links { topology.note(roundTrip: 0.000_345, of: Topology.Pair(a, b)) }
    return topology
  }

  /// A seed with so many slaves.
  static func star(_ count: Int) -> Topology {
    let slaves = (0..<count).map { "worker/\($0)" }
    return network(
      globals: ["seed/1"], slaves: slaves.map { ($0, "seed/1") },
      links: slaves.map { ("seed/1", $0) }
    )
  }

  /// Global nodes that are all connected, each with so many slaves, of which some talk to each other.
  static func hubs(_ globals: Int, each: Int, talking: Int = 0) -> Topology {
    let seeds = (0..<globals).map { "seed/\($0)" }
    var slaves: [(id: String, master: String?)] = []
    var links = mesh(of: seeds)
    for (index, seed) in seeds.enumerated() {
      for number in 0..<each {
        slaves.append(("node\(index)/\(number)", seed))
        links.append((seed, "node\(index)/\(number)"))
      }
    }
    for index in 0..<talking where slaves.count > 3 {
      let other = (index * 7 + 3) % slaves.count
      if other != index % slaves.count {
        links.append((slaves[index % slaves.count].id, slaves[other].id))
      }
    }
    return network(globals: seeds, slaves: slaves, links: links)
  }

  /// Two global nodes, of which one is everybody's master.
  static func uneven() -> Topology {
    let slaves = (0..<21).map { "worker/\($0)" }
    return network(
      globals: ["seed/1", "seed/2"],
      slaves: slaves.map { ($0, "seed/1") } + [(id: "other/1", master: "seed/2")],
      links: slaves.flatMap { [("seed/1", $0), ("seed/2", $0)] } + [
        ("seed/1", "seed/2"), ("other/1", "seed/2"),
      ])
  }

  /// Nodes that are all connected to all.
  static func mesh(_ count: Int, global: Bool) -> Topology {
    let nodes = (0..<count).map { "peer/\($0)" }
    return network(
      globals: global ? nodes : [], slaves: global ? [] : nodes.map { ($0, nil) },
      links: mesh(of: nodes))
  }

  private static func mesh(of nodes: [String]) -> [(String, String)] {
    nodes.indices.flatMap { a in nodes.indices.filter { $0 > a }.map { (nodes[a], nodes[$0]) } }
  }

  /// A bit of everything: other programs, what cannot be reached, and what does not tell.
  static func mixed() -> Topology {
    var topology = hubs(2, each: 3, talking: 2)
    topology.named(["seed/0", "seed/1", "perl/2"], by: "perl/1")
    topology.named(["perl/1"], by: "perl/2")
    topology.silent("secret/1", because: "it is secure")
    topology.unreachable("lost/1", because: "no known address")
    topology.note(provider: "AE-2.02", of: "perl/1")
    topology.note(listeners: ["perl/1": ["10.0.0.9:4040"]], globals: ["perl/1"])
    if let status = status(
      "sealed/1", master: "seed/0", connections: ["seed/0"], cipher: "secretbox_x25519")
    {
      topology.told(status, by: "sealed/1")
    }
    return topology
  }
}
