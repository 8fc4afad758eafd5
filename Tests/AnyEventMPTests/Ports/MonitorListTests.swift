import TestSupport
import Testing

@testable import AnyEventMP

@Suite("Lists of monitors") struct MonitorListTests {
  private func visited(_ list: MonitorList?) -> [String] {
    var names: [String] = []
    list?.visit { monitor in
      switch monitor {
      case .node(let entry): names.append(entry.id)
      case .callback(let callback): names.append("\(callback.serial)")
      }
    }
    return names
  }

  private func callback(_ serial: UInt64) -> Monitor {
    .callback(MonitorCallback(serial: serial, watcher: nil) { _ in })
  }

  @Test(
    "monitors are visited in the order in which they came, however many there are",
    arguments: [2, 3, .max])
  func order(everyWhichIsANode: UInt64) {
    var list: MonitorList?
    var expected: [String] = []
    for serial in UInt64(1)...100 {
      if serial % everyWhichIsANode == 1 {
        MonitorList.insert(.node(NodeEntry(id: "node\(serial)")), serial, into: &list)
        expected.append("node\(serial)")
      } else {
        MonitorList.insert(callback(serial), serial, into: &list)
        expected.append("\(serial)")
      }
      #expect(visited(list) == expected)
      #expect(list?.count == expected.count)
    }
    #expect(list?.nodes.count == expected.count { $0.hasPrefix("node") })
  }

  @Test("a list goes with its last monitor; what is not in it is not found")
  func removal() {
    var list: MonitorList?
    func remove(_ serial: UInt64) -> Bool {
      MonitorList.remove(serial, from: &list) != nil
    }
    #expect(!remove(1))
    MonitorList.insert(callback(1), 1, into: &list)
    #expect(!remove(2))
    #expect(visited(list) == ["1"])
    MonitorList.insert(callback(2), 2, into: &list)
    #expect(!remove(3))
    #expect(remove(1))
    #expect(!remove(1))
    #expect(visited(list) == ["2"])
    #expect(list?.isEmpty == false)
    #expect(remove(2))
    #expect(list == nil)
  }

  @Test("a node is taken out by itself, wherever it is in the list")
  func nodes() {
    let first = NodeEntry(id: "first")
    let second = NodeEntry(id: "second")
    var list: MonitorList?
    MonitorList.remove(first, from: &list)
    MonitorList.insert(.node(first), 1, into: &list)
    MonitorList.remove(second, from: &list)
    #expect(visited(list) == ["first"])
    MonitorList.remove(first, from: &list)
    #expect(list == nil)

    MonitorList.insert(.node(first), 2, into: &list)
    MonitorList.insert(callback(3), 3, into: &list)
    MonitorList.insert(.node(second), 4, into: &list)
    MonitorList.remove(first, from: &list)
    MonitorList.remove(first, from: &list)
    #expect(visited(list) == ["3", "second"])
    MonitorList.insert(.node(first), 5, into: &list)
    #expect(visited(list) == ["3", "second", "first"])
    #expect(Set(list?.nodes.map(\.id) ?? []) == ["first", "second"])
    #expect(MonitorList.remove(4, from: &list) == nil, "a node has no serial number to others")
    #expect(MonitorList.remove(3, from: &list) != nil)
    MonitorList.remove(second, from: &list)
    MonitorList.remove(first, from: &list)
    #expect(list == nil)

    MonitorList.insert(callback(6), 6, into: &list)
    MonitorList.remove(first, from: &list)
    #expect(visited(list) == ["6"])
  }

  @Test("a removed monitor's callback goes after the list is whole again")
  func reentrance() {
    withNode { node, loop in
      let tracker = LifeTracker()
      let p = port {}
      var monitors: [Subscription] = []
      for index in 0..<4 {
        let token = tracker.token()
        token.onEnd = { if index < 2 { mon(p) {} } }
        monitors.append(node.monitor(p) { _ in token.touch() })
      }
      for monitor in monitors { monitor.cancel() }
      #expect(p.monitorCount == 2)
      kil(p, "x")
      loop.settle()
      #expect(tracker.alive <= 1)
    }
  }
}
