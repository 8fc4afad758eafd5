import AnyEvent
import AnyEventMP
import TestSupport
import Testing

/// Two nodes with somebody in between, connected; `make` makes one with that name and those seeds.
func withMiddleMan(
  making make: (_ loop: Loop, _ name: String, _ seeds: [String]) throws -> Node,
  _ body: (_ near: Node, _ far: Node, MiddleMan, Loop) throws -> Void
) throws {
  try withLoop { loop in
    let far = try make(loop, "far", [])
    defer { far.close() }
    let man = try MiddleMan(to: far.address, loop)
    defer { man.close() }
    let near = try make(loop, "near", [man.address])
    defer { near.close() }
    loop.run(until: { near.isConnected(to: far) && far.isConnected(to: near) })
    try body(near, far, man, loop)
  }
}

/// Sends texts of these lengths from each to the other: all arrive, in order and whole.
func expectDelivery(of sizes: [Int], between a: Node, _ b: Node, _ loop: Loop) {
  for (from, to) in [(a, b), (b, a)] {
    var got: [Int] = []
    var isRight = true
    let p = to.run {
      rcv(port(), "s") { (text: String) in
        got.append(text.utf8.count)
        isRight = isRight && text.utf8.allSatisfy { $0 == UInt8(ascii: "x") }
      }
    }
    from.run { for size in sizes { snd(p.id, "s", String(repeating: "x", count: size)) } }
    loop.run(until: { got.count == sizes.count })
    #expect(got == sizes && isRight)
    #expect(from.queuedBytes(for: to.id) == 0)
  }
}

/// A text that goes from one to the other in plain view of both, and of nobody in between.
func expectSecrecy(from near: Node, to far: Node, _ man: MiddleMan, _ loop: Loop) {
  var got: [String] = []
  let p = far.run { rcv(port(), "tag") { (text: String) in got.append(text) } }
  near.run { for n in 0..<10 { snd(p, "tag", "the quick brown fox \(n)") } }
  loop.run(until: { got.count == 10 })
  #expect(got == (0..<10).map { "the quick brown fox \($0)" })
  #expect(!String(decoding: man.seen[.there] ?? [], as: UTF8.self).contains("quick brown"))
}

/// A byte of what one sends is changed on the way: why the connection ends, of which nothing arrives.
func reasonOfTampering(
  _ direction: MiddleMan.Direction, _ near: Node, _ far: Node, _ man: MiddleMan, _ loop: Loop
) -> Message? {
  let (from, to) = direction == .there ? (near, far) : (far, near)
  var got = 0
  var reason: Message?
  let p = to.run { rcv(port(), "tag") { (_: String) in got += 1 } }
  let q = from.run { port() }
  to.monitor(PortID(q.id)) { reason = $0 }
  loop.settle()
  man.change = { way, bytes in
    guard way == direction else { return bytes }
    var bytes = bytes
    bytes[bytes.count - 1] ^= 1
    return bytes
  }
  from.run { snd(p.id, "tag", "text") }
  loop.run(until: { reason != nil })
  #expect(got == 0)
  return reason
}
