import AnyEventMP
import TestSupport
import Testing

@Suite("Functions by name") struct FunctionCallTests {
  @Test("sub takes functions of any number of arguments, and the whole message")
  func forms() {
    withNode { _, loop in
      var got: [String] = []
      sub("t::none") { got.append("none") }
      sub("t::one") { (a: Int) in got.append("one \(a)") }
      sub("t::two") { (a: Int, b: String) in got.append("two \(a) \(b)") }
      sub("t::three") { (a: Int, b: String, c: Bool) in got.append("three \(a) \(b) \(c)") }
      sub("t::five") { (a: Int, b: Int, c: Int, d: Int, e: Int?) in
        got.append("five \(a)\(b)\(c)\(d) \(e ?? 0)")
      }
      sub("t::all") { msg in
        let all: Message = msg
        got.append("all \(all)")
      }
      snd_to_func(NODE, "t::none", "surplus")
      snd_to_func(NODE, "t::one", "1")
      snd_to_func(NODE, "t::two", 1, "b")
      snd_to_func(NODE, "t::three", 1, "b", true)
      snd_to_func(NODE, "t::five", 1, 2, 3, 4)
      snd_to_func(NODE, "t::all", 1, ["k": 2])
      #expect(got.isEmpty, "never before snd_to_func returns")
      loop.settle()
      #expect(
        got == [
          "none", "one 1", "two 1 b", "three 1 b true", "five 1234 0", #"all [1,{"k":2}]"#,
        ])
    }
  }

  @Test("another node calls a registered function, which runs as the node")
  func remote() throws {
    try withPair { global, slave, loop in
      var got: [String] = []
      global.run {
        sub("My::log") { (text: String) in got.append("\(text) \(SELF == PortID(NODE)) \(SRCNODE)")
        }
      }
      slave.run {
        snd_to_func(global.id, "My::log", "a")
        snd(global.id, "My::log", "b")
      }
      loop.run(until: { got.count == 2 })
      #expect(got == ["a true \(slave.id)", "b true \(slave.id)"])
    }
  }

  @Test("what a function throws is logged, and nothing else happens")
  func failing() throws {
    let log = LogCollector.shared
    try withPair { global, slave, loop in
      let text = TestName.next("function")
      var isDone = false
      global.run {
        sub("My::fail") { throw die(text) }
        sub("My::done") { isDone = true }
      }
      slave.run {
        snd_to_func(global.id, "My::fail")
        snd_to_func(global.id, "My::missing")
        snd_to_func(global.id, "My::done")
      }
      loop.run(until: { isDone })
      #expect(log.lines(with: text).count == 1)
      let missing = #"request "My::missing" of \#(slave.id) failed: no function is registered"#
      #expect(log.lines(with: missing).count == 1)
    }
  }

  @Test("snd_on lets the other node send, also to a third")
  func relay() throws {
    try withPair { global, slave, loop in
      var got: [Message] = []
      slave.run {
        let p = port { msg in got.append(msg) }
        snd_on(global.id, p, "back", 1)
        snd_on(NODE, p, "own")
      }
      loop.run(until: { got.count == 2 })
      #expect(Set(got) == [["back", 1], ["own"]])
    }
  }

  @Test("secure refuses functions, spawns and eval of other nodes by logging, and nothing else")
  func secure() throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let node = Node(on: loop)
      defer { node.close() }
      try node.configure(
        ConfigurationArguments(
          "test", nodeid: TestName.next("secure"), binds: ["127.0.0.1:*"],
          secret: "the tests' secret",
          secure: true, norc: true))
      var own = 0
      node.run {
        sub("My::init") { own += 1 }
        spawn(NODE, "My::init")
        snd_to_func(NODE, "My::init")
      }
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      peer.send("", "My::init")
      peer.send("", "AnyEvent::MP::_spawn", "spawned", "My::init")
      peer.send("", "mon1", "spawned")
      peer.send("", "eval", "$$", .string(peer.id + "#reply"))
      peer.send("", "can", "My::init", .string(peer.id + "#reply"), "can")
      peer.send("", "can", "snd", .string(peer.id + "#reply"), "can")
      loop.run(until: { peer.messages(to: "reply").count == 2 })
      #expect(own == 2)
      #expect(peer.messages(to: "reply") == [["can", ""], ["can", "1"]])
      #expect(
        peer.messages().contains {
          $0[0] == "kil0" && $0[1] == "spawned" && $0[2] == "no_such_port"
        })
      #expect(log.lines(with: "of \(peer.id) failed").count == 3)
    }
  }

  @Test("services are called once the node is configured, with their arguments")
  func services() throws {
    let log = LogCollector.shared
    try withLoop { loop in
      let node = Node(on: loop)
      defer { node.close() }
      var got: [String] = []
      let missing = TestName.next("missing") + "::service"
      let services: [Value] = [
        "My::first", ["My::second", 1, ["k": "v"]], "My::Module::", .string(missing), "My::last",
      ]
      node.run { sub("My::first") { [unowned node] in got.append("first \(NODE == node.id)") } }
      try node.configure(
        ConfigurationArguments(
          "test", nodeid: TestName.next("services"), binds: [], services: services,
          secret: "the tests' secret", norc: true))
      #expect(got.isEmpty)
      node.run {
        sub("My::second") { (n: Int, h: [String: String]) in got.append("second \(n) \(h)") }
        sub("My::last") { throw die(missing) }
      }
      loop.settle()
      #expect(got == ["first true", #"second 1 ["k": "v"]"#])
      #expect(log.lines(with: "service \(missing): no function").count == 1)
      #expect(log.lines(with: "service My::last: \(missing)").count == 1)
    }
  }
}
