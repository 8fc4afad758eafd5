import AEValue
import Testing

@testable import AEMPTool

@Suite("The machine of the proxy") struct ProxyMachineTests {
  @Test("a connection is that of two nodes once its first line is there, in whatever pieces")
  func greeting() throws {
    var bench = ProxyBench()
    let id = bench.machine.accepted(for: "a")
    for byte in ProxyBench.greeting.dropLast() { bench.send(id, .dialler, String(byte)) }
    #expect(bench.look() == [])
    #expect(bench.machine.link("a", "b/2").connections == 0)
    bench.send(id, .dialler, "\nmore")
    #expect(bench.look() == ["dial 1 a"])
    #expect(bench.machine.link("b/2", "a").connections == 1)
    bench.send(id, .dialler, " and")
    bench.event { $0.dialled(id, at: $1) }
    bench.send(id, .listener, "answer")
    #expect(bench.got(id, .listener) == ProxyBench.greeting + "more and")
    #expect(bench.got(id, .dialler) == "answer")
  }

  @Test(
    "who says no node's greeting is passed on without faults",
    arguments: [
      "GET / HTTP/1.1\r\n", "\n", "aemp;1\n", "aemp;1;no id!;;\n",
      String(repeating: "x", count: 4096),
    ])
  func stranger(_ line: String) throws {
    var bench = ProxyBench()
    _ = try bench.ask("cut a b/2")
    let id = bench.connect(line)
    #expect(bench.look() == ["dial 1 a"])
    #expect(bench.got(id, .listener) == line)
    #expect(bench.machine.links.values.allSatisfy { $0.connections == 0 })
  }

  @Test("a version of the greeting that is not known names its node all the same")
  func otherVersion() throws {
    var bench = ProxyBench()
    _ = try bench.ask("cut a b/2")
    _ = bench.connect("aemp-dataconn;7;b/2;new\r\n")
    #expect(bench.look() == ["close 1"])
  }

  @Test("the end of one direction is passed on behind its bytes, that of both ends the connection")
  func ends() {
    var bench = ProxyBench()
    let id = bench.connect()
    bench.event { $0.blocked(id, .listener, true, at: $1) }
    bench.send(id, .dialler, "last")
    bench.event { $0.ended(id, from: .dialler, isReset: false, at: $1) }
    _ = bench.look()
    bench.event { $0.blocked(id, .listener, false, at: $1) }
    #expect(bench.look() == ["finish 1 listener"])
    #expect(bench.got(id, .listener).hasSuffix("last"))
    bench.send(id, .listener, "answer")
    #expect(bench.got(id, .dialler) == "answer")
    bench.event { $0.ended(id, from: .listener, isReset: false, at: $1) }
    #expect(bench.look() == ["finish 1 dialler", "release 1"])
    #expect(bench.machine.link("a", "b/2").connections == 0)
  }

  @Test("a reset ends both ends behind what had come before")
  func reset() {
    var bench = ProxyBench()
    let id = bench.connect()
    bench.send(id, .listener, "x")
    bench.event { $0.ended(id, from: .listener, isReset: true, at: $1) }
    #expect(bench.got(id, .dialler) == "x")
    #expect(bench.look().last == "close 1")
  }

  @Test(
    "a target that is away, and a dialler that leaves before it was known, close the connection")
  func away() throws {
    var bench = ProxyBench()
    let id = bench.machine.accepted(for: "a")
    bench.send(id, .dialler, ProxyBench.greeting)
    bench.event { machine, _ in machine.dialFailed(id, "refused") }
    #expect(bench.look() == ["dial 1 a", "complain a b/2 refused", "close 1"])
    #expect(try bench.ask("list") == "a\tb/2\t0\t0\t1\t0\t")
    let other = bench.machine.accepted(for: "a")
    bench.event { $0.ended(other, from: .dialler, isReset: false, at: $1) }
    #expect(bench.look() == ["close 2"])
    #expect(bench.machine.link("a", "b/2").connections == 0)
    // What comes late concerns nobody.
    bench.send(id, .dialler, "late")
    bench.event { $0.dialled(id, at: $1) }
    #expect(bench.look() == [])
  }

  @Test(
    "that a node is away is said ten times, and counted always, also for those that nobody knows")
  func complaints() throws {
    var bench = ProxyBench()
    for _ in 0..<12 {
      let id = bench.machine.accepted(for: "a")
      bench.send(id, .dialler, "GET / HTTP/1.1\r\n")
      bench.event { machine, _ in machine.dialFailed(id, "refused") }
    }
    let complaints = bench.look().filter { $0.hasPrefix("complain") }
    #expect(
      complaints == Array(repeating: "complain a  refused", count: 9) + ["complain a  refused last"]
    )
    #expect(try bench.ask("list") == "?\ta\t0\t0\t12\t0\t")
    let other = bench.machine.accepted(for: "c")
    bench.send(other, .dialler, ProxyBench.greeting)
    bench.event { machine, _ in machine.dialFailed(other, "refused") }
    #expect(bench.look().contains("complain c b/2 refused"))
  }

  @Test("a source rests while much of it is held, and goes on when half of that is gone")
  func pauses() {
    var bench = ProxyBench()
    let id = bench.connect()
    bench.event { $0.blocked(id, .listener, true, at: $1) }
    _ = bench.look()
    bench.send(id, .dialler, String(repeating: "x", count: ProxyLane.limit))
    #expect(bench.look() == ["pause 1 dialler"])
    bench.event { $0.blocked(id, .listener, false, at: $1) }
    #expect(bench.look() == ["resume 1 dialler"])
  }
}
