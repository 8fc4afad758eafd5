import AEValue
import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

extension SeededGenerator {
  /// Deaths of ports, mostly in rows of the same reason and in the usual form, among other packets.
  fileprivate mutating func deaths() throws -> [UInt8] {
    let buffer = ByteBuffer()
    var reason: [Value] = ["bye"]
    for _ in 0..<number(below: 30) + 1 {
      if number(below: 4) == 0 {
        reason = pick([
          [], ["bye"], ["bye", 1], [1], [.null], ["a reason of some more bytes", true],
          [.string(String(repeating: "long ", count: 30))], ["é"], [["list"]], [0.5],
          Array(repeating: 1, count: 20), Array(repeating: 1, count: 21),
        ])
      }
      let name = pick(QuickDeathTests.names + ["p0", "unknown", "", "\u{fffd}"])
      switch number(below: 12) {
      case 0:
        buffer.append(
          contentsOf: [0x85, 0x60, 0x44] + Array("kil0".utf8) + [0x62, 0x70, 0x31, 1, 2])
      case 1: buffer.append(contentsOf: [0x83, 0x60, 0x64] + Array("kil0".utf8) + [0x61, 0xff])
      case 2:
        buffer.append(contentsOf: [0x83, 0x60, 0x64] + Array("kil0".utf8) + [0x78, 2, 0x70, 0x32])
      case 3:
        try CBOREncoding.appendRequest(
          .kil1, about: name, UnsafeBufferPointer(start: nil, count: 0), to: buffer)
      case 4: buffer.append(contentsOf: [0x82, 0x61, 0x61, 0x61, 0x74])
      default:
        try reason.withUnsafeBufferPointer {
          try CBOREncoding.appendRequest(.kil0, about: name, $0, to: buffer)
        }
      }
    }
    return Array(buffer.bytes)
  }
}

@Suite("Deaths in a row are told and heard as single ones are") struct QuickDeathTests {
  /// The ports of the other node that are monitored.
  fileprivate static let names =
    (0..<24).map { "p\($0)" } + [
      "é", "a name of sixteen", "a name of more than twenty-three bytes",
      String(repeating: "n", count: 300),
    ]

  @Test("any stream of deaths, cut anywhere, has the same effect", arguments: Seeds.some(40))
  func heard(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    try withLoop { loop in
      let nodes = try [true, false].map { isDirect in
        let node = try Node.listening(on: loop, framings: ["cbor"])
        node.kernel.isDirect = isDirect
        return node
      }
      defer { for node in nodes { node.close() } }
      let id = TestName.next("peer")
      let peers = try nodes.map {
        try WirePeer.connect($0.address, id: id, loop, framings: [.cbor])
      }
      loop.run(until: { nodes.allSatisfy { $0.peers.entries[id]?.link != nil } })
      let links = nodes.compactMap { $0.peers.entries[id]?.link }
      var heard: [[String]] = [[], []]
      for (index, node) in nodes.enumerated() {
        for name in Self.names {
          // Some of the monitors come again, and some take another one back.
          func monitor(_ left: Int) {
            var other: Subscription?
            node.monitor(PortID("\(id)#\(name)")) { reason in
              heard[index].append("\(name): \(reason)")
              if left > 0 { monitor(left - 1) }
              if name.hasSuffix("3") { other?.cancel() }
              if name.hasSuffix("5") { throw die("in a monitor") }
            }
            if name.hasSuffix("3") || name.hasSuffix("4") {
              other = node.monitor(PortID("\(id)#\(name)")) {
                heard[index].append("\(name) 2: \($0)")
              }
            }
          }
          monitor(2)
        }
      }
      for _ in 0..<6 {
        var bytes = try random.deaths()
        while !bytes.isEmpty {
          let count =
            random.number(below: 3) == 0 ? random.number(below: bytes.count) + 1 : bytes.count
          for link in links {
            var piece = Array(bytes[..<count])
            let buffer = link.kernel.loop.readBuffer.bytes
            if random.number(below: 2) == 0 {
              buffer.copyBytes(from: piece)
              link.received(UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
            } else {
              piece.withUnsafeMutableBytes { link.received($0) }
            }
          }
          bytes.removeFirst(count)
          loop.settle()
        }
      }
      #expect(heard[0] == heard[1] && !heard[0].isEmpty)
      #expect(links[0].isOpen == links[1].isOpen)
      #expect(nodes[0].monitorCount(on: id) == nodes[1].monitorCount(on: id))
      withExtendedLifetime(peers) {}
    }
  }

  @Test(
    "ports that are killed in a row are told in the same packets", arguments: Seeds.some(10))
  func told(seed: UInt64) throws {
    try withLoop { loop in
      var outputs: [[String]] = []
      for isDirect in [true, false] {
        var random = SeededGenerator(seed: seed)
        let node = try Node.listening(on: loop, framings: ["cbor"])
        defer { node.close() }
        node.kernel.isDirect = isDirect
        let peer = try WirePeer.connect(node.address, id: "watcher", loop, framings: [.cbor])
        loop.run(until: { node.peers.entries["watcher"]?.link != nil })
        let names = Self.names + (0..<400).map { "many\($0)" }
        let ports = names.map { PortID(node.kernel.addPort(named: $0)) }
        var released = 0
        for (index, p) in ports.enumerated() {
          // What goes with some of the ports runs code of the program, which kills others.
          let guarded = Guard {
            released += 1
            if index % 50 == 7 { node.run { kil(ports[(index * 7) % ports.count], "by a guard") } }
          }
          node.run {
            _ = rcv(p, "t") { withExtendedLifetime(guarded) {} }
            if index % 11 == 0 { mon(p) { (_: Message) in released += 1000 } }
          }
        }
        for name in names { peer.send("", "mon1", .string(name)) }
        loop.run(until: { node.monitorCount(by: "watcher") == names.count })
        node.run {
          var reason: Value = "bye"
          for p in ports {
            if random.number(below: 40) == 0 {
              reason = random.pick(["bye", "other", 7, .null, ["x"]])
            }
            kil(p, reason)
            if random.number(below: 60) == 0 { snd(PortID("watcher#x"), "between") }
          }
        }
        loop.run(until: { peer.messages().filter { $0.first == "kil0" }.count == names.count })
        var told = peer.packets.filter { $0.port == "x" || $0.message.first == "kil0" }.map {
          "\($0)"
        }
        told.append("\(released) \(node.monitorCount(by: "watcher"))")
        outputs.append(told)
      }
      #expect(outputs[0] == outputs[1])
    }
  }
}
