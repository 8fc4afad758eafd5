import AnyEvent
import AnyEventMP
import TestSupport
import Testing

@Suite("Announced addresses") struct AnnouncedAddressTests {
  @Test("a node that announces another address than it listens on is dialled there")
  func announced() throws {
    try withLoop { loop in
      let seed = try Node.listening(on: loop, "seed")
      defer { seed.close() }
      let place = "\(TestHost.next()):4040"
      let middle = try MiddleMan(to: place, loop)
      defer { middle.close() }
      func node(_ binds: [String], _ announce: [String]?) throws -> Node {
        let node = Node.alone(on: loop)
        try node.configure(
          ConfigurationArguments(
            "test", nodeid: TestName.next("node"), binds: binds, announce: announce,
            seeds: [seed.address], secret: "the tests' secret", norc: true))
        return node
      }
      let hidden = try node([place], [middle.address])
      defer { hidden.close() }
      #expect(hidden.status.listeners == [place])
      loop.run(until: { seed.isConnected(to: hidden) })
      let other = try node([], nil)
      defer { other.close() }
      other.monitor(PortID(hidden.id)) { _ in }
      loop.run(until: { other.isConnected(to: hidden) })
      #expect(other.connection(to: hidden.id)?.address == middle.address)
      #expect(!middle.seen[.there, default: []].isEmpty)
    }
  }

  @Test("an empty list announces what is listened on")
  func empty() throws {
    try withLoop { loop in
      let node = Node.alone(on: loop)
      defer { node.close() }
      try node.configure(
        ConfigurationArguments(
          "test", nodeid: TestName.next("node"), binds: ["127.0.0.1:*"], announce: [],
          secret: "the tests' secret", norc: true))
      var values: [Value]?
      node.run { db_values("'l") { values = $0 } }
      loop.run(until: { values != nil })
      #expect(values == [[.string(node.address)]])
    }
  }
}
