import Testing

@testable import AnyEventMP

@Suite("Lists of monitors") struct MonitorListTests {
  private func visited(_ list: MonitorList?) -> [String] {
    var names: [String] = []
    list?.visit { monitor in
      if case .node(let entry) = monitor { names.append(entry.id) }
    }
    return names
  }

  private func monitor(_ name: String) -> Monitor { .node(NodeEntry(id: name)) }

  @Test("monitors are visited in the order in which they came, however many there are")
  func order() {
    var list: MonitorList?
    var expected: [String] = []
    for serial in 1...100 {
      MonitorList.insert(monitor("\(serial)"), UInt64(serial), into: &list)
      expected.append("\(serial)")
      #expect(visited(list) == expected)
      #expect(list?.count == serial)
    }
  }

  @Test("a list goes with its last monitor; what is not in it is not found")
  func removal() {
    var list: MonitorList?
    func remove(_ serial: UInt64) -> Bool {
      MonitorList.remove(serial, from: &list) != nil
    }
    #expect(!remove(1))
    MonitorList.insert(monitor("a"), 1, into: &list)
    #expect(!remove(2))
    #expect(visited(list) == ["a"])
    MonitorList.insert(monitor("b"), 2, into: &list)
    #expect(!remove(3))
    #expect(remove(1))
    #expect(!remove(1))
    #expect(visited(list) == ["b"])
    #expect(list?.isEmpty == false)
    #expect(remove(2))
    #expect(list == nil)
  }

  @Test("a removed monitor's callback goes after the list is whole again")
  func reentrance() {
    withNode { node, test in
      let tracker = LifeTracker()
      let p = port {}
      var monitors: [PortMonitor] = []
      for index in 0..<4 {
        let token = tracker.token()
        token.onEnd = { if index < 2 { mon(p) {} } }
        monitors.append(node.monitor(p) { _ in token.touch() })
      }
      for monitor in monitors { monitor.cancel() }
      #expect((p.ref as? LocalPort)?.monitors?.count == 2)
      kil(p, "x")
      test.settle()
      #expect(tracker.alive <= 1)
    }
  }
}
