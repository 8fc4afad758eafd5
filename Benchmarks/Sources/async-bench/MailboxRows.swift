import AnyEvent
import AnyEventMP

/// Messages that tasks take out of mailboxes.
enum MailboxRows {
  static let rows = [
    Row(name: "get beside 100,000 messages of other tags", aim: "at most 1,000 ns", rate: get),
    Row(name: "ping-pong of two mailboxes", aim: "", measure: pingPong),
  ]

  /// The messages are sent outside of the time that is measured.
  private static func get() async throws -> Double {
    let receiver = port()
    let mailbox = try Node.current.mailbox(of: receiver)
    let others = 100_000
    for number in 0..<others { snd(receiver, "other \(number % 1000)", number) }
    let count = 10_000
    for number in 0..<count { snd(receiver, "test", number) }
    // What is sent after the end of a port comes in turn with that.
    while mailbox.count < others + count { try await AE.sleep(0) }
    let begun = seconds()
    var sum = 0
    for _ in 0..<count { sum &+= try await mailbox.get("test", as: Int.self) }
    let duration = seconds() - begun
    kil(receiver)
    return sum == count * (count - 1) / 2 ? Double(count) / duration : 0
  }

  private static func pingPong() async throws -> Int {
    let count = 100_000
    let answering = port_async { mailbox in
      while true {
        let (number, reply) = try await mailbox.get("ping", as: Int.self, PortID.self)
        snd(reply, "pong", number)
      }
    }
    let asking = port()
    let mailbox = try Node.current.mailbox(of: asking)
    for number in 0..<count {
      snd(answering, "ping", number, asking)
      _ = try await mailbox.get("pong", as: Int.self)
    }
    for port in [answering, asking] { kil(port) }
    return count
  }
}
