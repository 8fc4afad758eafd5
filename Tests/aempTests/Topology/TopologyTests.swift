import AnyEventMP
import Testing

@testable import aemp

@Suite("A topology gathered from answers") struct TopologyTests {
  private func status(_ id: String, _ connections: String..., dialled: TextSet = []) throws
    -> NodeStatus
  {
    try #require(SampleNetwork.status(id, connections: connections, dialled: dialled))
  }

  @Test("what both ends tell of a connection is one link, whoever tells first")
  func oneLink() throws {
    let answers = [
      ("a", try status("a", "b", dialled: ["b"])), ("b", try status("b", "a")),
    ]
    var topologies: [Topology] = []
    for order in [answers, answers.reversed()] {
      var topology = Topology()
      for (id, answer) in order { topology.told(answer, by: id) }
      topologies.append(topology)
      let link = try #require(topology.sortedLinks.first)
      #expect(topology.links.count == 1 && link.pair == Topology.Pair("b", "a"))
      #expect(link.dialler == "a" && link.cipher == "")
      #expect(link.witnesses == ["a", "b"] && !topology.isOneSided(link))
    }
    #expect(topologies[0].sortedNodes == topologies[1].sortedNodes)
  }

  @Test("one end knows both ways: its own proof and framing, and those of the other end")
  func ends() throws {
    var topology = Topology()
    let status = try #require(
      SampleNetwork.status("b", connections: ["a"], cipher: "x", proof: "tls_sha3_512"))
    topology.told(status, by: "b")
    let link = try #require(topology.sortedLinks.first)
    #expect(link.b == .init(authMethod: "tls_sha3_512", framing: "cbor", queuedBytes: 0))
    #expect(link.a == .init(authMethod: "hmac_sha3_512", framing: "json", queuedBytes: nil))
    #expect(link.cipher == "x" && link.dialler == "a")
    #expect(topology.nodes["a"]?.state == .unasked)
    #expect(topology.nodes["a"]?.provider == "swift-anyevent")
    #expect(topology.nextToAsk() == "a" && topology.nextToAsk() == nil)
  }

  @Test("a node of another program only names others, and its links say nothing else")
  func named() {
    var topology = Topology()
    topology.named(["b", "a", ""], by: "a")
    topology.note(provider: "AE-2.02", of: "a")
    #expect(topology.nodes["a"]?.state == .named && topology.nodes["a"]?.provider == "AE-2.02")
    #expect(topology.sortedLinks.map(\.pair) == [Topology.Pair("a", "b")])
    #expect(topology.sortedLinks[0].cipher == nil && topology.sortedLinks[0].dialler == nil)
  }

  @Test("a link that only one of two telling nodes knows of is one-sided")
  func oneSided() throws {
    var topology = Topology()
    topology.told(try status("a", "b"), by: "a")
    #expect(!topology.isOneSided(topology.sortedLinks[0]), "b was not asked")
    topology.silent("b", because: "no")
    #expect(!topology.isOneSided(topology.sortedLinks[0]), "b does not tell")
    topology.told(try status("b"), by: "b")
    #expect(topology.isOneSided(topology.sortedLinks[0]))
  }

  @Test("our own node, other tools and what is no node id are left out, unless asked for")
  func leftOut() throws {
    var topology = Topology(starts: ["anon/wanted"], ownID: "anon/own")
    topology.told(
      try status("a", "anon/own", "anon/other", "anon/wanted", "b c", "", "x#y", "\u{1b}[2J"),
      by: "a")
    #expect(topology.sortedNodes.map(\.id) == ["a", "anon/wanted"])
    #expect(topology.sortedLinks.map(\.pair) == [Topology.Pair("a", "anon/wanted")])
  }

  @Test("a node that names ever more others does not make us look for ever")
  func limited() {
    var topology = Topology(limit: 10)
    topology.named((0..<5).map { "n/\($0)" }, by: "a")
    #expect(!topology.isCut && topology.nodes.count == 6)
    topology.named((0..<100_000).map { "n/\($0)" }, by: "b")
    #expect(topology.isCut && topology.nodes.count == 10)
    #expect(topology.links.values.allSatisfy { topology.nodes[$0.pair.a] != nil })
    #expect(topology.links.values.allSatisfy { topology.nodes[$0.pair.b] != nil })
    // Each is asked once, and those that were found first go first.
    var asked: [String] = []
    while let id = topology.nextToAsk() { asked.append(id) }
    #expect(
      asked.prefix(5) == ["n/0", "n/1", "n/2", "n/3", "n/4"] && asked.count == Set(asked).count)
  }

  @Test("nodes that name ever more links between each other are cut")
  func limitedLinks() {
    var topology = Topology(limit: 500)
    for number in 0..<500 {
      topology.named((0..<500).map { "n/\($0)" }, by: "n/\(number)")
    }
    #expect(topology.isCut && topology.links.count == 50_000)
  }

  @Test("the database tells of nodes that don't tell themselves, and of no others")
  func database() throws {
    var topology = Topology()
    topology.told(try status("a", "b"), by: "a")
    topology.named([], by: "b")
    topology.note(
      listeners: ["a": ["h:1"], "b": ["h:2"], "c": ["h:3"]], globals: ["a", "b", "c"])
    #expect(topology.nodes["a"]?.listeners == ["10.0.0.1:4040"])
    #expect(topology.nodes["a"]?.isGlobal == false)
    #expect(topology.nodes["b"]?.listeners == ["h:2"] && topology.nodes["b"]?.isGlobal == true)
    #expect(topology.nodes["c"] == nil)
  }

  @Test("names are in the order that people expect, and every two have one")
  func order() {
    let names = ["a/2", "a/10", "a/010", "a/1", "a/", "a", "b1c2", "b1c10", "b01c2", "", "10", "9"]
    let sorted = names.sorted(by: NaturalOrder.precedes)
    #expect(
      sorted == [
        "", "9", "10", "a", "a/", "a/1", "a/2", "a/010", "a/10", "b01c2", "b1c2", "b1c10",
      ])
    for one in names {
      for other in names where one != other {
        #expect(NaturalOrder.precedes(one, other) != NaturalOrder.precedes(other, one))
      }
      #expect(!NaturalOrder.precedes(one, one))
    }
  }
}
