import AnyEvent
import AnyEventMP
import Dispatch
import Synchronization
import TestSupport
import Testing

/// Nothing but what any program may use.
@Suite("The objects behind the functions with Perl's names") struct ObjectAPITests {
  /// Runs `body` with a node, and its loop until `done` is called.
  private func withNode(_ body: (Node, _ done: @escaping () -> Void) throws -> Void) rethrows {
    let loop = Loop()
    let node = Node(on: loop)
    defer {
      node.close()
      loop.close()
    }
    let end = loop.timer(after: 30) { loop.stop() }
    var isDone = false
    try body(node) {
      isDone = true
      loop.stop()
    }
    if !isDone { loop.run() }
    #expect(isDone)
    end.cancel()
  }

  @Test("messages of any number of values are sent by a node and by a port, and received by tag")
  func messages() {
    withNode { node, done in
      var got: [String] = []
      let p = node.port()
      node.run {
        p.receive("none") { got.append("none") }
          .receive("one") { (a: Int) in got.append("\(a)") }
          .receive("two") { (a: Int, b: String) in got.append("\(a) \(b)") }
          .receive("three") { (a: Int, b: String, c: Bool) in got.append("\(a) \(b) \(c)") }
          .receive("six") { (a: Int, b: Int, c: Int, d: Int, e: Int, f: Int) in
            got.append("\(a + b + c + d + e + f)")
          }
          .receive("all") { (message: Message) in got.append("\(message)") }
          .receive { (message: Message) in got.append("else \(message)") }
      }
      node.send("none", to: p)
      node.send("one", 1, to: p)
      node.send("two", 1, "b", to: p)
      node.send("three", 1, "b", true, to: p)
      node.send("six", 1, 2, 3, 4, 5, 6, to: p)
      node.send(["all", ["x": 1], nil], to: p)
      node.run {
        p.send()
        p.send("one", 2)
        p.send("two", 2, "c")
        p.send("all", 1, "x", ["y": [1, nil]])
        p.send("six", 6, 5, 4, 3, 2, 1)
        p.send("other", ["n": nil])
        p.stopReceiving("one")
        p.send("one", 3)
      }
      #expect(
        got == [
          "none", "1", "1 b", "1 b true", "21", #"[{"x":1},null]"#, "else []", "2", "2 c",
          #"[1,"x",{"y":[1,null]}]"#, "21", #"else ["other",{"n":null}]"#, #"else ["one",3]"#,
        ])
      done()
    }
  }

  @Test("ports are made with their callbacks, monitored in three ways, and killed")
  func deaths() {
    withNode { node, done in
      var told: [String] = []
      let first = node.port { (message: Message) in told.append("first \(message)") }
      let second = node.port(
        Receiver("a") { (n: Int) in told.append("a \(n)") }, Receiver("b") { told.append("b") })
      let third = node.port { told.append("third") }
      node.send("b", to: second)
      node.send("a", 7, to: second)
      node.send("x", to: third)
      node.monitor(second, killing: third)
      node.monitor(second, sending: "gone", 1, to: first)
      node.monitor(third) { reason in
        told.append("third died: \(reason)")
        done()
      }
      let forgotten = node.monitor(second) { _ in told.append("never") }
      forgotten.cancel()
      do {
        let guardian = node.monitor(second) { _ in told.append("never") }.guardian
        withExtendedLifetime(guardian) {}
      }
      node.run {
        #expect(first.isLocal && !PortID("elsewhere#p").isLocal)
        second.monitor { reason in told.append("second died: \(reason)") }
        second.kill("because", 5)
      }
      node.loop.postpone {
        #expect(
          told.prefix(3) == ["b", "a 7", "third"], "what was sent before is delivered before")
      }
    }
  }

  @Test("functions are registered, spawned and called, and calls are answered or end in time")
  func functions() {
    withNode { node, done in
      var told: [String] = []
      node.register("My::adder") { (start: Int) in
        node.runningPort.receive("add") { (n: Int, reply: PortID) in reply.send(start + n) }
        node.runningPort.receive("never") {}
      }
      node.register("My::note") { (a: String, b: Int) in told.append("\(a) \(b)") }
      let adder = node.spawn("My::adder", 40, on: node.id)
      node.callFunction("My::note", "noted", 1, on: node.id)
      node.call(adder, "add", 2) { reply in
        told.append("\(reply)")
        node.call(adder, "never", timeout: 0.01) { reply in
          told.append("no reply: \(reply)")
          done()
        }
      }
    }
  }

  @Test("a family of the database is written, asked and monitored")
  func database() throws {
    try withNode { node, done in
      try node.configure(
        ConfigurationArguments(
          nodeid: "objects/%u", binds: ["127.0.0.1:*"], seeds: [], secret: "between ourselves",
          norc: true))
      let family = node.database["objects"]
      #expect(family.name == "objects" && family["a"] == nil)
      family["a"] = 1
      family.set("b", to: [1, 2])
      #expect(family["a"] == 1 && family["b"] == [1, 2])
      family.remove("b")
      family["c"] = nil
      let p = node.port()
      let registration = family.register(p, "registered")
      var steps: [String] = []
      let watch = family.monitor { contents, added, changed, deleted in
        steps.append("\(contents.count) +\(added.count) ~\(changed.count) -\(deleted.count)")
        switch steps.count {
        case 1:
          family["a"] = 2
        case 2:
          family.keys { keys in
            #expect(Set(keys) == ["a", p.id])
            family.values { values in
              #expect(Set(values) == [2, "registered"])
              family.contents { contents in
                #expect(contents == ["a": 2, p.id: "registered"])
                registration?.cancel()
              }
            }
          }
        default:
          #expect(steps == ["2 +2 ~0 -0", "2 +0 ~1 -0", "1 +0 ~0 -1"])
          done()
        }
      }
      node.loop.postpone { withExtendedLifetime(watch) {} }
    }
  }

  @Test("other threads give a node work by its handle, until it is gone")
  func handle() {
    let loop = Loop()
    let calls = Calls()
    var node: Node? = Node(on: loop)
    let handle = node?.handle
    func post() -> Bool {
      let answer = Calls()
      let posted = DispatchSemaphore(value: 0)
      DispatchQueue.global().async {
        let isTaken = handle?.post { node in calls.add(Node.current === node ? 1 : 100) }
        if isTaken == true { answer.add(1) }
        posted.signal()
      }
      posted.wait()
      return answer.number == 1
    }
    func runPosted() {
      loop.post { loop.stop() }
      loop.run()
    }
    #expect(post() && post())
    runPosted()
    #expect(calls.number == 2)
    node?.close()
    node = nil
    #expect(post(), "the loop is there")
    runPosted()
    #expect(calls.number == 2)
    loop.close()
    #expect(!post())
  }

  /// A number that several threads add to.
  private final class Calls: Sendable {
    private let value = Atomic<Int>(0)

    func add(_ more: Int) { value.wrappingAdd(more, ordering: .relaxed) }
    var number: Int { value.load(ordering: .relaxed) }
  }
}
