import AnyEventMP
import Testing

@testable import AEMPTool

/// Answers of nodes as they would come.
enum SampleReports {
  static func status(
    _ id: String, version: String = "0.1.0", digest: String? = nil, master: String? = "seed",
    end: Int? = nil, sent: Int = 0, received: Int = 0, uptime: Double = 100,
    blocked: Double = 0, queues: [(node: String, bytes: Int, age: Double)] = []
  ) throws -> NodeStatus {
    let traffic: Value = [
      "messages_in": .int(received), "messages_out": .int(sent), "bytes_in": .int(received * 10),
      "bytes_out": .int(sent * 10),
    ]
    let connections = queues.map { queue -> Value in
      [
        "node": .string(queue.node), "queued": .int(queue.bytes), "queue_age": .double(queue.age),
        "traffic": traffic, "round_trip": 0.002,
      ]
    }
    let queued = queues.reduce(0) { $0 + $1.bytes }
    return try #require(
      NodeStatus(
        messageValue: [
          "node": .string(id), "provider": "swift-anyevent", "version": .string(version),
          "uptime": .double(uptime), "pid": 7, "global": .bool(digest != nil),
          "master": master.map(Value.string) ?? .null, "connections": .array(connections),
          "certificate_end": end.map(Value.int) ?? .null,
          "database": digest.map { ["keys": 1, "bytes": 2, "digest": .string($0)] } ?? .null,
          "load": [
            "traffic": traffic, "queued": .int(queued), "blocked": .double(blocked),
            "longest_block": .double(blocked), "restarts": 1, "losses": 2, "memory": 1_000_000,
          ],
        ]))
  }

  static func told(_ status: NodeStatus, roundTrip: Double? = 0.001) -> NodeReport {
    NodeReport(id: status.node, answer: .status(status), roundTrip: roundTrip)
  }

  static func silent(_ id: String, _ reason: String = "connection refused") -> NodeReport {
    NodeReport(id: id, answer: .silent(reason))
  }
}
