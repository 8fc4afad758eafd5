import AnyEvent
import AnyEventMP
import CLibUV
import TestSupport
import Testing

@Suite("Nodes on somebody else's loop") struct ForeignLoopTests {
  @Test("after close the loop has the handles that it had before, and the host's timer runs on")
  func handles() throws {
    let host = HostLoop()
    host.run(until: { host.ticks > 2 })
    let before = host.handleCount
    do {
      let loop = Loop(attachingTo: host.uv)
      let a = try Node.listening(on: loop)
      let b = try Node.listening(on: loop, seeds: [a.address, "127.0.0.1:1"])
      host.run(until: { a.isConnected(to: b) && b.isConnected(to: a) })
      var got = 0
      let p = a.run { rcv(port(), "x") { got += 1 } }
      b.run {
        for _ in 0..<100 { snd(p, "x") }
        after(1000) {}
        db_reg("f", b.run { port {} })
        snd("unknown#p", "x")
      }
      let stranger = RawPeerHolder()
      let (hostName, portNumber) = try #require(parse_hostport(a.address))
      let attempt = loop.connect(to: hostName, portNumber) { result in
        if case .success(let socket) = result {
          stranger.peer = RawPeer(loop: loop, socket: socket)
        }
      }
      host.run(until: { got == 100 && stranger.peer?.lines.count == 2 })
      withExtendedLifetime(attempt) {}
      #expect(host.handleCount > before)
      a.close()
      b.close()
      stranger.peer = nil
      var isClosed = false
      loop.close { isClosed = true }
      host.run(until: { isClosed })
    }
    #expect(host.handleCount == before)
    let ticks = host.ticks
    host.run(until: { host.ticks > ticks + 2 })
    host.close()
  }

  @Test(
    "a host that runs its loop in a callback hears others meanwhile, and all of it in its order",
    arguments: [["cbor"], ["json"]])
  func nested(framings: [String]) throws {
    let host = HostLoop()
    do {
      let loop = Loop(attachingTo: host.uv)
      let far = try Node.listening(on: loop, framings: framings)
      let near = try ["a", "b"].map {
        try Node.listening(on: loop, $0, seeds: [far.address], framings: framings)
      }
      host.run(until: { near.allSatisfy { far.isConnected(to: $0) && $0.isConnected(to: far) } })
      var heard: [[String]] = [[], []]
      var wasNested = false
      var ports: [PortID] = []
      func send(_ sender: Int, _ number: Int) {
        let text = String(repeating: sender == 0 ? "a" : "b", count: 100 + number * 30)
        snd(ports[sender].id, "t", text, number)
      }
      ports = far.run {
        (0..<2).map { sender in
          rcv(port(), "t") { (text: BorrowedText, number: Int) in
            if sender == 0, number == 1 {
              let others = heard[1].count
              // What comes now belongs behind what has come already.
              near[0].run { for number in 4..<7 { send(0, number) } }
              near[1].run { for number in 0..<40 { send(1, number) } }
              host.run(until: { heard[1].count == others + 40 })
              host.runTurns(2)
              wasNested = true
            }
            heard[sender].append("\(text) \(number)")
          }
        }
      }
      func expected(_ sender: Int, _ count: Int) -> [String] {
        (0..<count).map {
          String(repeating: sender == 0 ? "a" : "b", count: 100 + $0 * 30) + " \($0)"
        }
      }
      near[0].run { for number in 0..<4 { send(0, number) } }
      host.run(until: { heard[0].count == 7 })
      #expect(wasNested && heard == [expected(0, 7), expected(1, 40)])
      for node in near + [far] { node.close() }
      var isClosed = false
      loop.close { isClosed = true }
      host.run(until: { isClosed })
    }
    host.close()
  }

  @Test("a second node on the same host loop works after the first has gone")
  func again() throws {
    let host = HostLoop()
    let before = host.handleCount
    for _ in 0..<3 {
      let loop = Loop(attachingTo: host.uv)
      let node = try Node.listening(on: loop)
      var got = 0
      node.run {
        let p = rcv(port(), "x") { got += 1 }
        after(0, p, "x")
      }
      host.run(until: { got == 1 })
      node.close()
      var isClosed = false
      loop.close { isClosed = true }
      host.run(until: { isClosed })
      #expect(host.handleCount == before)
    }
    host.close()
  }
}

private final class RawPeerHolder {
  var peer: RawPeer?
}
