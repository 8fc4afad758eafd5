import AEValue
import Foundation
import Testing

@testable import AnyEventMP

/// The recorded conversations between two 2.02 nodes: alpha is global, beta its slave.
private enum Recordings {
  private static let folder: URL = {
    var tests = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { tests.deleteLastPathComponent() }
    return tests.appendingPathComponent("Recordings")
  }()

  /// The `g_*` messages of a recording, in order, with who sent them.
  static func messages(_ name: String) throws -> [(isSlave: Bool, message: [Value])] {
    let text = try String(
      contentsOf: folder.appendingPathComponent("\(name).jsonl"), encoding: .utf8)
    var lines: [String: Int] = [:]
    var messages: [(Bool, [Value])] = []
    var framings: [String: Framing] = [:]
    for line in text.split(separator: "\n") {
      let segment = try JSON.decode(Array(line.utf8))
      guard let sender = segment["from"].string, var data = bytes(segment["hex"].string) else {
        continue
      }
      // Two lines of greeting and one of authentication, which names the framing.
      while lines[sender, default: 0] < 3, let end = data.firstIndex(of: 0x0a) {
        let text = String(decoding: data[..<end], as: UTF8.self)
        framings[sender] = text.hasSuffix(";json") ? .json : .cbor
        lines[sender, default: 0] += 1
        data.removeSubrange(...end)
      }
      var decoder = PacketDecoder(framing: framings[sender] ?? .cbor)
      try data.withUnsafeBytes { data in
        try decoder.feed(data) { port, message in
          if port.isEmpty, message.first?.string?.hasPrefix("g_") == true {
            messages.append((sender == "connector", Array(message)))
          }
          return true
        }
      }
    }
    return messages
  }

  private static func bytes(_ hex: String?) -> [UInt8]? {
    guard let hex else { return nil }
    var bytes: [UInt8] = []
    var rest = Substring(hex)
    while rest.count >= 2 {
      bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
      rest = rest.dropFirst(2)
    }
    return bytes
  }
}

@Suite("recorded conversations") struct RecordedDatabaseTests {
  @Test("the recorded slave gets from us what it got", arguments: ["json", "cbor", "mixed"])
  func slaveIsAnswered(name: String) throws {
    let recorded = try Recordings.messages(name)
    #expect(recorded.count > 10)
    var service = GlobalService(node: "alpha")
    var answers: [[Value]] = []
    func take(_ actions: [GlobalService.Action]) {
      for case .send("beta", let message) in actions { answers.append(message) }
    }
    let tags: Value = ["tags": ["x", "y"], "since": 1]
    let port = try #require(
      recorded.first { $0.message[0] == "g_chg1" }?.message[2].hash?.keys.first)
    take(
      service.becomeGlobal(
        database: ["'l": ["alpha": ["127.0.0.1:14140"]], "eg_receivers": [port: tags]]))
    take(service.nodeUp("beta"))
    for (isSlave, message) in recorded where isSlave {
      take(service.handle(try DatabaseRequest.parse(message), from: "beta"))
    }
    #expect(service.database.contents(of: "eg_beta") == ["k2": [1, 2]])
    #expect(normalised(answers) == normalised(recorded.filter { !$0.isSlave }.map(\.message)))
  }

  @Test("the recorded answers are understood by our slave", arguments: ["json", "cbor", "mixed"])
  func masterIsUnderstood(name: String) throws {
    var node = SimulatedDatabaseNode(id: "beta", isSeed: false, limits: DatabaseLimits())
    node.nodeUp("alpha", isSeed: true)
    node.monitor("eg_receivers")
    node.perform(node.client.find("alpha"))
    for kind in [DatabaseQuery.keys, .family, .values] {
      let (_, actions) = node.client.query(kind, "any")
      node.perform(actions)
    }
    for (isSlave, message) in try Recordings.messages(name) where !isSlave {
      node.receive(message, from: "alpha")
    }
    #expect(node.seen["eg_receivers"]?.count == 1)
    #expect(node.found["alpha"] == .some(["127.0.0.1:14140"]))
    #expect(Set(node.replies["b"]?.array ?? []) == ["alpha", "beta"])
    #expect(node.replies["c"] == ["k1": "v2", "k2": [1, 2]])
    #expect(node.inconsistencies.isEmpty)
  }

  /// Lists from a hash have no order; nor has what was asked for at the same time.
  private func normalised(_ messages: [[Value]]) -> Set<Value> {
    Set(
      messages.map { message in
        guard message[0] == "g_reply", let list = message[2].array else { return .array(message) }
        return .array([message[0], message[1], .array(list.sorted { "\($0)" < "\($1)" })])
      })
  }
}
