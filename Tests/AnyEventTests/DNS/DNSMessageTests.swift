import TestSupport
import Testing

@testable import AnyEvent

@Suite("Messages of the domain name system are packed and read by RFC 1035") struct DNSMessageTests
{
  /// An answer with an alias and an address, of which the names lean on each other.
  private static let answer: [UInt8] =
    [0x12, 0x34, 0x85, 0x80, 0, 1, 0, 2, 0, 0, 0, 1]
    + [3] + Array("www".utf8) + [7] + Array("example".utf8) + [0, 0, 1, 0, 1]
    + [0xC0, 12, 0, 5, 0, 1, 0, 0, 0x0E, 0x10, 0, 4, 1, UInt8(ascii: "w"), 0xC0, 16]
    + [1, UInt8(ascii: "w"), 0xC0, 16, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]
    + [0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0]

  @Test("an answer is read with its flags, questions and records")
  func reading() throws {
    let message = try #require(DNS.dns_unpack(Self.answer))
    #expect(message.id == 0x1234)
    #expect(message.op == "query" && message.rc == "noerror")
    #expect(message.qr && message.aa && message.rd && message.ra)
    #expect(!message.tc && !message.ad && !message.cd)
    #expect(message.qd == [.init("www.example", "a")])
    #expect(
      message.an == [
        DNSRecord(name: "www.example", type: "cname", ttl: 3600, data: ["w.example"]),
        DNSRecord(name: "w.example", type: "a", ttl: 60, data: ["192.0.2.1"]),
      ])
    #expect(message.ar.first?.type == "opt")
    #expect(message.an.last?.description == "w.example 60 in a 192.0.2.1")
  }

  @Test("a message that is cut off anywhere is none")
  func cutOff() {
    for count in 0..<Self.answer.count {
      #expect(DNS.dns_unpack(Array(Self.answer.prefix(count))) == nil)
    }
  }

  @Test("names that point to themselves, or out of the message, are refused")
  func circles() {
    let head: [UInt8] = [0, 1, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    for name in [[0xC0, 12], [0xC0, 14, 0xC0, 12], [0xC0, 200], [0x80, 1], [63, 65]] as [[UInt8]] {
      #expect(DNS.dns_unpack(head + name + [0, 1, 0, 1]) == nil)
    }
  }

  @Test("a name has at most 255 bytes, however often it is pointed at")
  func longNames() throws {
    func short(_ number: Int) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }
    /// A record with these names, and others that have it for owner and twice as data.
    func message(_ labels: [[UInt8]], _ count: Int) -> [UInt8] {
      var names: [UInt8] = []
      for label in labels { names += [UInt8(label.count)] + label }
      names.append(0)
      var bytes: [UInt8] = [0, 1, 0x80, 0, 0, 0] + short(count + 1) + [0, 0, 0, 0]
      bytes += [0, 0, 200, 0, 1, 0, 0, 0, 0] + short(names.count)
      let pointer = short(0xC000 + bytes.count)
      bytes += names
      for _ in 0..<count { bytes += pointer + [0, 17, 0, 1, 0, 0, 0, 0, 0, 4] + pointer + pointer }
      return bytes
    }
    let label = [UInt8](repeating: 7, count: 63)
    let longest = [label, label, label, Array(label.prefix(61))]
    let found = try #require(DNS.dns_unpack(message(longest, 3)))
    #expect(found.an.count == 4)
    #expect(found.an.last?.name.hasPrefix("\\007\\007") == true)
    #expect(DNS.dns_unpack(message([label, label, label, Array(label.prefix(62))], 1)) == nil)
    // 64 KiB that would be 800 MB of names
    let run = [[UInt8]](repeating: label, count: 511)
    #expect(DNS.dns_unpack(message(run, 2000)) == nil)
  }

  @Test("a record whose data is longer or shorter than it says is left out")
  func lengths() {
    let head: [UInt8] = [0, 1, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    func isRead(_ type: UInt8, _ data: [UInt8], _ length: UInt8) -> Bool {
      DNS.dns_unpack(head + [0, type, 0, 1, 0, 0, 0, 0, 0, length] + data)?.an.isEmpty == false
    }
    #expect(isRead(1, [1, 2, 3, 4], 4))
    #expect(!isRead(1, [1, 2, 3], 3))
    #expect(!isRead(1, [1, 2, 3, 4, 5], 5))
    #expect(!isRead(1, [1, 2, 3, 4], 5))
    #expect(!isRead(16, [5, 65], 2))
    #expect(isRead(16, [1, 65], 2))
    #expect(!isRead(15, [0], 1))
    #expect(!isRead(2, [1, 65, 0], 2))
  }

  @Test("beside a record that cannot be read the others are")
  func oneBadRecord() {
    let head: [UInt8] = [0, 1, 0x80, 0, 0, 0, 0, 3, 0, 0, 0, 0]
    let address: [UInt8] = [0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 1]
    // An address of the class CH has a name and two bytes.
    let chaos: [UInt8] = [0, 0, 1, 0, 3, 0, 0, 0, 0, 0, 3, 0, 1, 2]
    let found = DNS.dns_unpack(head + address + chaos + address)
    #expect(found?.an.map(\.data) == [["192.0.2.1"], ["192.0.2.1"]])
  }

  @Test("a request is packed as servers expect it, and read again")
  func packing() throws {
    let request = DNSMessage(id: 0x0102, rd: true, qd: [.init("host.domain", "a")])
    let bytes = try #require(DNS.dns_pack(request))
    #expect(
      bytes == [1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 4] + Array("host".utf8) + [6]
        + Array("domain".utf8) + [0, 0, 1, 0, 1])
    #expect(DNS.dns_unpack(bytes) == request)
    var other = DNSMessage(id: 1, op: "notify", rc: "15", qd: [.init(".", "*", "ch")])
    (other.qr, other.aa, other.tc, other.ra, other.ad, other.cd) = (
      true, true, true, true, true, true
    )
    #expect(try #require(DNS.dns_pack(other)).count == 17)
    let extended = try #require(request.packed(usesEDNS: true))
    #expect(DNS.dns_unpack(extended)?.ar.first?.type == "opt")
  }

  @Test(
    "names that are too long, and words that DNS does not know, are not packed",
    arguments: [
      .init(String(repeating: "x", count: 64), "a"), .init("a..b", "a"), .init(".a", "a"),
      .init(Array(repeating: "abcdefg", count: 33).joined(separator: "."), "a"),
      .init("a", "nonsense"), .init("a", "a", "nonsense"),
    ] as [DNSMessage.Question])
  func refused(_ question: DNSMessage.Question) {
    #expect(DNS.dns_pack(DNSMessage(qd: [question])) == nil)
  }

  @Test("bytes by lot are read or refused, and what is read can be shown")
  func random() {
    for seed in Seeds.some(200) {
      var generator = SeededGenerator(seed: seed)
      var bytes = Self.answer
      for _ in 0..<1 + generator.number(below: 6) {
        bytes[generator.number(below: bytes.count)] = UInt8(generator.number(below: 256))
      }
      bytes += (0..<generator.number(below: 20)).map { _ in UInt8(generator.number(below: 256)) }
      let message = DNS.dns_unpack(bytes)
      // Pointers let a name of 255 bytes stand in two.
      let size = message?.an.reduce(0) { $0 + $1.description.utf8.count } ?? 0
      #expect(size <= bytes.count * 1024, "seed \(seed)")
    }
  }

  @Test(
    "services of one priority come in the order of the lot, those of more weight first more often")
  func weights() {
    var first = 0
    for seed in 0..<300 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let services = [(1, 1, "light"), (1, 9, "heavy"), (0, 0, "best")].map {
        DNSService(priority: $0.0, weight: $0.1, port: 1, target: $0.2)
      }
      let ordered = DNSService.ordered(services, using: &generator)
      #expect(ordered.first?.target == "best")
      if ordered[1].target == "heavy" { first += 1 }
    }
    #expect((240...295).contains(first))
  }
}
