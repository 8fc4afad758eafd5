import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("The database and the network, awaited") struct AwaitedDatabaseTests {
  @Test("a family, its keys and its values are returned")
  func queries() throws {
    try withPair { global, slave, loop in
      global.database["f"].set("a", to: 1)
      global.database["f"].set("b", to: 2)
      let got = loop.finish {
        let family = try await slave.database["f"].contents()
        let keys = try await slave.database["f"].keys()
        let values = try await slave.database["f"].values()
        return (family, keys.sorted(), values.compactMap(\.int).sorted())
      }
      let (family, keys, values) = try #require(got.value)
      #expect(family == ["a": 1, "b": 2] && keys == ["a", "b"] && values == [1, 2])
      #expect(slave.database.queryCount == 0)
    }
  }

  @Test("a question that nobody can answer yet waits, and is taken back by cancelling")
  func cancelled() {
    withLoop { loop in
      let node = Node(on: loop)
      defer { node.close() }
      let asking = loop.attempt { try await node.database["f"].keys() }
      loop.settle()
      #expect(node.database.queryCount == 1)
      asking.cancel()
      loop.run(until: { asking.result != nil })
      #expect(asking.error is CancellationError)
      #expect(node.database.queryCount == 0)
    }
  }

  @Test("changes that nobody takes are merged by key")
  func merged() throws {
    try withPair { global, slave, loop in
      let family = global.database["f"]
      family.set("kept", to: 1)
      family.set("going", to: 1)
      var got: [[String]] = []
      let go = CondVar<Void>(on: loop)
      let reading = loop.attempt {
        for await change in slave.database["f"].changes {
          got.append(
            ["+"] + change.added + ["~"] + change.changed + ["-"] + change.deleted
              + ["=\(change.family.count)"])
          if got.count == 1 { try await go.value }
          if got.count == 2 { return }
        }
      }
      loop.run(until: { got.count == 1 })
      family.set("new", to: 1)
      family.set("short", to: 1)
      for n in 0..<100 { family.set("kept", to: n) }
      family.remove("going")
      family.remove("short")
      family.set("last", to: 1)
      loop.run(until: { slave.database["f"].knownKeys.contains("last") })
      go.send()
      loop.run(until: { reading.result != nil })
      #expect(got.first == ["+", "going", "kept", "~", "-", "=2"])
      #expect(got.last == ["+", "last", "new", "~", "kept", "-", "going", "=3"])
    }
  }

  @Test("nodes come and go, and who has come and gone meanwhile is not told")
  func nodes() throws {
    try withLoop { loop in
      let node = try Node.listening(on: loop)
      defer { node.close() }
      var got: [String] = []
      let reading = loop.attempt {
        for await (node, isUp) in node.nodeChanges {
          got.append("\(node) \(isUp)")
          if got.count == 2 { return }
        }
      }
      loop.settle()
      let other = try Node.listening(on: loop, seeds: [node.address])
      loop.run(until: { got.count == 1 })
      other.close()
      loop.run(until: { reading.result != nil })
      #expect(got == ["\(other.id) true", "\(other.id) false"])
      let changes = node.nodeChanges
      let third = try Node.listening(on: loop, seeds: [node.address])
      loop.run(until: { node.isConnected(to: third) })
      third.close()
      loop.run(until: { !node.isConnected(to: third) })
      let fourth = try Node.listening(on: loop, seeds: [node.address])
      defer { fourth.close() }
      let next = loop.finish { () -> String? in
        for await (node, _) in changes { return node }
        return nil
      }
      #expect(next.value == fourth.id)
    }
  }
}
