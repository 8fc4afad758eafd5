import AnyEventMP
import Testing

@testable import aemp

@Suite("A topology as text and JSON") struct TopologyTextTests {
  /// Two nodes of ours, one of another program, one that is lost.
  private func small() throws -> Topology {
    var topology = Topology()
    let seed = SampleNetwork.status(
      "seed/1", global: true, master: "seed/1", connections: ["w/1", "perl/1"], dialled: ["perl/1"])
    topology.told(try #require(seed), by: "seed/1")
    let worker = SampleNetwork.status(
      "w/1", master: "seed/1", connections: ["seed/1"], dialled: ["seed/1"])
    topology.told(try #require(worker), by: "w/1")
    topology.named(["seed/1", "lost/1"], by: "perl/1")
    topology.unreachable("lost/1", because: "connect timeout")
    topology.note(roundTrip: 0.000_21, to: "seed/1")
    topology.note(roundTrip: 0.012_34, of: Topology.Pair("seed/1", "w/1"))
    return topology
  }

  @Test("each node has a line, and below it one for each of its connections")
  func text() throws {
    #expect(
      TopologyText.lines(try small()).map(\.text) == [
        "seed/1  global, swift-anyevent 0.1.0, listens on 10.0.0.1:4040, 3 ports, pid 71, "
          + "up 1 min 1 s, 0.21 ms",
        "  -> perl/1  hmac_sha3_512, not encrypted, cbor/json",
        "  <- w/1     hmac_sha3_512, not encrypted, cbor, 12.3 ms",
        "lost/1  unreachable: connect timeout",
        "  -- perl/1",
        "perl/1  swift-anyevent",
        "  -- lost/1",
        "  <- seed/1  hmac_sha3_512, not encrypted, json/cbor",
        "w/1  swift-anyevent 0.1.0, listens on 10.0.0.1:4040, master seed/1, 3 ports, pid 71, "
          + "up 1 min 1 s",
        "  -> seed/1  hmac_sha3_512, not encrypted, cbor, 12.3 ms",
      ])
  }

  @Test("in JSON each node and each connection is an object with all that is known")
  func json() throws {
    let lines = TopologyJSON.objects(try small()).map { Printer.json(.hash($0)) }
    #expect(
      lines == [
        #"{"binds":["10.0.0.1:4040"],"global":true,"master":"seed/1","node":"seed/1","pid":71,"#
          + #""ports":3,"provider":"swift-anyevent","rtt_ms":0.21,"state":"told","uptime":61.0,"#
          + #""version":"0.1.0"}"#,
        #"{"binds":null,"global":false,"master":null,"node":"lost/1","pid":null,"ports":null,"#
          + #""provider":null,"reason":"connect timeout","rtt_ms":null,"state":"unreachable","#
          + #""uptime":null,"version":null}"#,
        #"{"binds":null,"global":false,"master":null,"node":"perl/1","pid":null,"ports":null,"#
          + #""provider":"swift-anyevent","rtt_ms":null,"state":"named","uptime":null,"#
          + #""version":null}"#,
        #"{"binds":["10.0.0.1:4040"],"global":false,"master":"seed/1","node":"w/1","pid":71,"#
          + #""ports":3,"provider":"swift-anyevent","rtt_ms":null,"state":"told","uptime":61.0,"#
          + #""version":"0.1.0"}"#,
        #"{"auth":[null,null],"cipher":null,"dialled_by":null,"framing":[null,null],"#
          + #""link":["lost/1","perl/1"],"one_sided":false,"queued":[null,null],"rtt_ms":null}"#,
        #"{"auth":["hmac_sha3_512","hmac_sha3_512"],"cipher":"","dialled_by":"seed/1","#
          + #""framing":["json","cbor"],"link":["perl/1","seed/1"],"one_sided":false,"#
          + #""queued":[null,0],"rtt_ms":null}"#,
        #"{"auth":["hmac_sha3_512","hmac_sha3_512"],"cipher":"","dialled_by":"w/1","#
          + #""framing":["cbor","cbor"],"link":["seed/1","w/1"],"one_sided":false,"#
          + #""queued":[0,0],"rtt_ms":12.34}"#,
      ])
  }

  @Test("nothing that a node says moves the cursor, changes colours or makes another line")
  func hostile() throws {
    var topology = Topology(starts: ["bad\u{1b}[2J\nid"])
    let status = NodeStatus(
      messageValue: [
        "node": "x", "provider": "\u{1b}]0;title\u{7}", "version": "\u{202e}1", "uptime": "nan",
        "binds": ["a\r\nb"], "master": "\u{9b}31m",
        "connections": [["node": "n", "auth": "\u{8}", "cipher": "\n", "queued": 1] as Value],
      ])
    topology.told(try #require(status), by: "x")
    topology.unreachable("y", because: "\u{0}\u{85}\u{2028}")
    topology.silent("z", because: "it\tis")
    let text = TopologyText.lines(topology).map(\.text).joined(separator: "|")
    #expect(
      text.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 && $0.value != 0x7f },
      "\(text)")
    #expect(text.contains(#"bad\u{1b}[2J\u{a}id"#) && text.contains(#"it\u{9}is"#))
    #expect(!text.contains("up "))
    for object in TopologyJSON.objects(topology) {
      #expect(!Printer.json(.hash(object)).contains("\n"))
      #expect(try JSON.decode(Printer.json(.hash(object))) == .hash(object))
    }
  }

  @Test(
    "times have as many digits as one reads",
    arguments: [
      (0, "0.00 ms"), (-1, "0.00 ms"), (0.000_004, "0.00 ms"), (0.000_345, "0.35 ms"),
      (0.009_994, "9.99 ms"), (0.009_996, "10.0 ms"), (0.0999, "99.9 ms"), (0.09996, "100 ms"),
      (1.5, "1500 ms"), (.infinity, "1000000000000000 ms"), (.nan, "0.00 ms"),
    ] as [(Double, String)])
  func milliseconds(_ seconds: Double, _ text: String) {
    #expect(Legible.milliseconds(seconds) == text)
  }

  @Test(
    "durations have two units",
    arguments: [
      (-1, "0 s"), (59.9, "59 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"), (3600, "1 h 0 min"),
      (86_399, "23 h 59 min"), (90_000, "1 d 1 h"), (.infinity, "11574074074 d 1 h"),
    ] as [(Double, String)])
  func durations(_ seconds: Double, _ text: String) {
    #expect(Legible.duration(seconds) == text)
  }
}
