import AEValue
import TestSupport
import Testing

@testable import AEMPTool

@Suite("The faults of the proxy") struct ProxyFaultTests {
  @Test("a cut closes what there is and what comes, until it is healed")
  func cut() throws {
    var bench = ProxyBench()
    _ = bench.connect()
    _ = bench.look()
    #expect(try bench.ask("cut a b/2") == "")
    #expect(bench.look() == ["close 1"])
    _ = bench.connect()
    #expect(bench.look() == ["close 2"])
    #expect(try bench.ask("list") == "a\tb/2\t0\t0\t1\t\(ProxyBench.greeting.utf8.count)\tcut")
    _ = try bench.ask("heal b/2 a")
    _ = bench.connect()
    #expect(bench.look() == ["dial 3 a"])
  }

  @Test("refusing lets go on what there is")
  func refused() throws {
    var bench = ProxyBench()
    let id = bench.connect()
    _ = try bench.ask("refuse a b/2")
    _ = bench.look()
    bench.send(id, .dialler, "still")
    #expect(bench.got(id, .listener).hasSuffix("still"))
    _ = bench.connect()
    #expect(bench.look() == ["close 2"])
  }

  @Test("on a silent link nothing passes and nobody hears of it, and all of it comes later")
  func silent() throws {
    var bench = ProxyBench()
    let id = bench.connect()
    _ = try bench.ask("silence a b/2")
    _ = bench.look()
    bench.send(id, .dialler, "lost?")
    bench.event { $0.ended(id, from: .dialler, isReset: false, at: $1) }
    let held = bench.connect()
    bench.run(until: 1000)
    #expect(bench.look() == [])
    _ = try bench.ask("heal")
    #expect(bench.look() == ["finish 1 listener", "dial 2 a"])
    #expect(bench.got(id, .listener).hasSuffix("lost?"))
    bench.event { $0.dialled(held, at: $1) }
    #expect(bench.got(held, .listener) == ProxyBench.greeting)
  }

  @Test("a delay lets bytes come so much later, all of them in their order")
  func delay() throws {
    var bench = ProxyBench()
    let id = bench.connect()
    let before = bench.got(id, .listener)
    _ = try bench.ask("delay a b/2 250")
    bench.send(id, .dialler, "1")
    bench.run(until: 0.1)
    bench.send(id, .dialler, "2")
    bench.run(until: 0.249)
    #expect(bench.got(id, .listener) == before)
    bench.run(until: 0.26)
    #expect(bench.got(id, .listener) == before + "1")
    bench.send(id, .dialler, "3")
    bench.run(until: 0.36)
    #expect(bench.got(id, .listener) == before + "12")
    // Without the delay nothing of it stays behind.
    _ = try bench.ask("heal a b/2")
    #expect(bench.got(id, .listener) == before + "123")
  }

  @Test("a rate holds for all connections of a link together, in each direction")
  func rate() throws {
    var bench = ProxyBench()
    let one = bench.connect()
    let other = bench.connect()
    let early = bench.got(one, .listener).count + bench.got(other, .listener).count
    _ = try bench.ask("slow a b/2 1000")
    let text = String(repeating: "x", count: 10_000)
    bench.send(one, .dialler, text)
    bench.send(other, .dialler, text)
    bench.send(one, .listener, text)
    bench.run(until: 4)
    let there = bench.got(one, .listener).count + bench.got(other, .listener).count - early
    #expect((3900...4050).contains(there))
    #expect((3900...4050).contains(bench.got(one, .dialler).count))
    // Later an end of the limit frees the rest at once.
    _ = try bench.ask("heal a b/2")
    #expect(bench.got(one, .dialler).count == 10_000)
    #expect(bench.got(other, .listener).hasSuffix(text))
  }

  @Test(
    "drops come at the same bytes for the same seed, about as often as was said", arguments: [1, 7])
  func drops(_ seed: Int) throws {
    func places() throws -> [Int] {
      var bench = ProxyBench()
      _ = try bench.ask("drop a b/2 0.25 \(seed)")
      return (0..<300).map { _ in
        let id = bench.connect()
        while bench.look().last != "close \(id)" {
          bench.send(id, .dialler, String(repeating: "x", count: 100))
        }
        return bench.got(id, .listener).count
      }
    }
    let first = try places()
    #expect(try places() == first)
    // On average 3 times 1024 bytes before the one in which it happens, and half of that.
    #expect((2900...4300).contains(first.reduce(0, +) / first.count))
  }

  @Test("a drop of 1 closes within the first 1024 bytes, one of 0 never")
  func extremeDrops() throws {
    var bench = ProxyBench()
    _ = try bench.ask("drop a b/2 1")
    let id = bench.connect()
    bench.send(id, .dialler, String(repeating: "x", count: 1024))
    #expect(bench.look().last == "close 1")
    #expect(bench.machine.link("a", "b/2").drops == 1)
    #expect(bench.got(id, .listener).count < 1024)
    _ = try bench.ask("drop a b/2 0")
    #expect(bench.machine.link("a", "b/2").faults == LinkFaults())
  }

  @Test("a partition cuts the links between two groups, and no others")
  func partition() throws {
    var bench = ProxyBench()
    _ = try bench.ask("partition a,c b/2")
    let cut = bench.machine.links.values.filter { $0.faults.passage == .cut }
    #expect(cut.map { "\($0.lower) \($0.upper)" }.sorted() == ["a b/2", "b/2 c"])
    _ = try bench.ask("heal")
    #expect(bench.machine.links.values.allSatisfy { $0.faults == LinkFaults() })
  }

  @Test("whatever is asked of it at any time, bytes come in their order", arguments: Seeds.some(50))
  func anything(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var bench = ProxyBench()
    let id = bench.connect()
    let begin = bench.got(id, .listener)
    var sent = ""
    for step in 0..<300 {
      let faults = ["slow a b/2 5000", "delay a b/2 30", "silence a b/2", "heal", "heal a b/2"]
      if Int.random(in: 0..<4, using: &random) == 0 {
        _ = try bench.ask(faults[Int.random(in: 0..<faults.count, using: &random)])
      }
      let isBlocked = Bool.random(using: &random)
      bench.event { $0.blocked(id, .listener, isBlocked, at: $1) }
      let text = "\(step),"
      sent += text
      bench.send(id, .dialler, text)
      bench.run(until: bench.now + Double.random(in: 0..<0.05, using: &random))
      let got = bench.got(id, .listener).dropFirst(begin.count)
      #expect(sent.hasPrefix(got), "seed \(seed)")
    }
    _ = try bench.ask("heal")
    bench.event { $0.blocked(id, .listener, false, at: $1) }
    #expect(bench.got(id, .listener) == begin + sent, "seed \(seed)")
  }
}
