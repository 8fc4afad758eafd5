import AEValue
import AnyEventMPTesting
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("The memory of connections that have nothing to do") struct IdleMemoryTests {
  private func heldBytes(_ host: SimulatedHost, _ other: SimulatedHost) -> Int? {
    host.node?.peers.entries[other.name]?.link?.heldBytes
  }

  @Test("buffers that grew are given back within a minute", arguments: ["cbor", "json"])
  func givenBack(framing: String) throws {
    let network = SimulatedNetwork(seed: 1)
    defer { network.close() }
    let server = try network.addHost("server", framings: [framing])
    let client = try network.addHost("client", seeds: [server], framings: [framing])
    var received = 0
    let p = try #require(server.node).run { rcv(port(), "t") { (_: String) in received += 1 } }
    try #require(network.run(until: { heldBytes(client, server) != nil }))
    let text = String(repeating: "x", count: 50_000)
    client.node?.run { for _ in 0..<10 { snd(p.id, "t", text) } }
    let sending = try #require(heldBytes(client, server))
    #expect(sending > 200_000)
    #expect(network.run(until: { received == 10 }))
    network.run(for: 60)
    #expect(try #require(heldBytes(client, server)) <= 1024)
    #expect(try #require(heldBytes(server, client)) <= 1024)
    // They work as before.
    client.node?.run { for _ in 0..<10 { snd(p.id, "t", text) } }
    #expect(network.run(until: { received == 20 }))
  }
}
