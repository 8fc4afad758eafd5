import AEValue
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("messages that carry entries go in parts when they are too large")
struct DatabaseMessagesTests {
  private static let limit = 600
  private let limits = DatabaseLimits(maximumSize: limit)
  private let family = String(repeating: "family", count: 20)

  /// The size of the packet in the framing that makes it larger.
  private func size(_ message: [Value]) throws -> Int {
    let packet = Value.array([""] + message)
    return max(try CBOR.encode(packet).count, try JSON.encode(packet).count)
  }

  private func entries(_ count: Int) -> TextDictionary<Value> {
    var entries: TextDictionary<Value> = [:]
    for number in 0..<count { entries["node\(number)"] = ["host.example:\(number)"] }
    return entries
  }

  @Test("a change: no part is over the limit, nothing is lost, nothing comes twice")
  func change() throws {
    let deleted = (0..<200).map { "deleted\($0)" }
    for count in [0, 1, 7, 200] {
      for list in [[], Array(deleted.prefix(3)), deleted] where count + list.count > 0 {
        let messages = DatabaseMessages.change(
          "g_upd", family, FamilyChange(set: entries(count), deleted: list), limits)
        var set: TextDictionary<Value> = [:]
        var gone: [String] = []
        for message in messages {
          #expect(message.count >= 3 && message[0] == "g_upd" && message[1] == .string(family))
          #expect(try size(message) <= Self.limit)
          set.merge(message[2].hash ?? [:]) { first, _ in
            Issue.record("a key came twice")
            return first
          }
          if message.count > 3 { gone += message[3].array?.compactMap(\.string) ?? [] }
        }
        #expect(set == entries(count) && gone == list)
        let isSmall = count + list.count <= 3
        #expect(isSmall ? messages.count == 1 : count + list.count < 100 || messages.count > 5)
      }
    }
    #expect(DatabaseMessages.change("g_upd", "f", FamilyChange(), limits).isEmpty)
  }

  @Test("a database: the own listeners are in the first part, whatever else there is")
  func database() throws {
    let own: Value = ["me:1", "me:2"]
    let large: DatabaseContents = [
      "'g": entries(100), "'l": entries(100).merging(["me": own]) { $1 }, family: entries(100),
      "one": ["k": 1],
    ]
    let small: DatabaseContents = ["'l": ["me": own], "f": ["k": 1]]
    let rest: DatabaseContents = ["'l": large["'l"] ?? [:]]
    for contents in [small, large, rest] {
      let messages = DatabaseMessages.database("g_set", contents, owner: "me", limits)
      #expect(messages[0].count == 2 && messages[0][0] == "g_set")
      #expect(messages[0][1]["'l"]["me"] == own)
      var all = (messages[0][1].hash ?? [:]).compactMapValues(\.hash)
      for message in messages {
        #expect(try size(message) <= Self.limit)
        if message[0] == "g_set" { continue }
        let family = try #require(message[1].string)
        #expect(message[0] == "g_upd" && message.count == 3)
        all[family, default: [:]].merge(message[2].hash ?? [:]) { first, _ in
          Issue.record("a key came twice")
          return first
        }
      }
      #expect(all == contents)
      if contents == small { #expect(messages.count == 2) }
    }
  }

  @Test("a whole family: g_chg1 once, then g_chg2; when empty an empty hash")
  func whole() throws {
    #expect(DatabaseMessages.whole("f", [:], limits) == [["g_chg1", "f", [:]]])
    let messages = DatabaseMessages.whole("f", entries(100), limits)
    #expect(messages.count > 3)
    #expect(messages.map { $0[0] } == ["g_chg1"] + messages.dropFirst().map { _ in "g_chg2" })
    for message in messages { #expect(try size(message) <= Self.limit) }
  }

  @Test("a family with a long name leaves less room for what is in it")
  func longNames() throws {
    let family = String(repeating: "f", count: 200)
    for length in 100..<220 {
      let value = Value.string(String(repeating: "v", count: length))
      let set: TextDictionary<Value> = ["a": value, "b": value]
      let messages =
        DatabaseMessages.change("g_upd", family, FamilyChange(set: set), limits)
        + DatabaseMessages.database("g_set", [family: set], owner: "me", limits)
      for message in messages { #expect(try size(message) <= Self.limit, "\(length)") }
    }
  }

  @Test("what is said to fit does, in both framings, just below the limit as well")
  func fits() throws {
    for room in 0..<200 {
      let keys = (0..<4).map { "\u{1}\"/\($0)" + String(repeating: "k", count: room / 2) }
      let set: TextDictionary<Value> = [
        String(repeating: "/", count: room): [1.5, .null, "\u{1f}", .bytes([0, 200])]
      ]
      let change = FamilyChange(set: set, deleted: keys)
      for message in DatabaseMessages.change("g_chg2", family, change, limits) {
        #expect(try size(message) <= Self.limit, "\(room)")
      }
      let contents: DatabaseContents = ["'l": ["me": [1]], family: set, keys[0]: [keys[1]: 1]]
      for message in DatabaseMessages.database("g_slave", contents, owner: "me", limits) {
        #expect(try size(message) <= Self.limit, "\(room)")
      }
    }
  }

  @Test(
    "the size of text and bytes counts each byte that is written longer", arguments: Seeds.some(1))
  func sizes(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let limits = DatabaseLimits()
    for length in [0, 1, 47, 48, 49, 96, 1000] {
      let bytes = (0..<length).map { _ in UInt8(random.number(below: 256)) }
      let ascii = bytes.map { $0 & 0x7f }
      var text = 10
      for byte in ascii {
        text +=
          byte < 0x20 || byte == 0x7f ? 6 : byte == 0x22 || byte == 0x5c || byte == 0x2f ? 2 : 1
      }
      check(limits.size(of: String(decoding: ascii, as: UTF8.self)) == text)
      var data = 10
      for byte in bytes {
        data +=
          byte < 0x20 || byte == 0x7f ? 6 : byte == 0x22 || byte == 0x5c || byte > 0x7f ? 2 : 1
      }
      check(limits.size(of: .bytes(bytes)) == data)
    }
    check(limits.size(of: String(repeating: "\u{1}", count: 1000)) == 6010)
  }
}
