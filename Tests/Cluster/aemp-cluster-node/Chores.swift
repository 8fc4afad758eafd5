import AnyEvent
import AnyEventMP

/// What a node does when it is asked to.
///
/// The messages to its port are
///
///     fill FAMILY COUNT SIZE      puts so many entries of so many bytes into a family
///     count FAMILY REPLY          answers with the number of keys that it sees there
///     rtt PORT REPLY              answers with the milliseconds of a round trip to another node's port
///     stream                      sends numbers to all ports that answer, from 1 on each time they come up
///
/// The numbers are checked: one that does not follow on the one before is reported as `hole PORT …`. Every 2000th
/// that was acknowledged is reported as `streamed PORT NUMBER`.
final class Chores {
  /// The numbers that go to one port, since it came up.
  private struct Stream {
    let session: Int
    var sent = 0
    var acknowledged = 0
  }

  private var isStreaming = false
  private var sessions = 0
  private var streams: TextDictionary<Stream> = [:]
  /// The latest number of each sender.
  private var latest: TextDictionary<(session: Int, number: Int)> = [:]
  private var present: TextSet = []
  private let padding = String(repeating: "x", count: 100)
  private let window = 500

  /// Takes the messages that come to a port.
  func serve(_ own: PortID) {
    rcv(
      own,
      on("fill") { [padding] (family: String, count: Int, size: Int) in
        let value = String(repeating: padding, count: (size + 99) / 100)
        for number in 0..<count { db_set(family, "key\(number)", value) }
      },
      on("count") { (family: String, reply: PortID) in
        db_keys(family) { keys in snd(reply, keys.count) }
      },
      on("rtt") { (other: PortID, reply: PortID) in
        let start = AE.time
        cal(other, "ping", timeout: 30) { (_: Message) in
          snd(reply, Int((AE.time - start) * 1000))
        }
      },
      on("stream") { [unowned self] in
        isStreaming = true
        for key in present { begin(key, own) }
      },
      on("number") { [unowned self] (session: Int, number: Int, from: PortID) in
        take(session, number, from, own)
      },
      on("acknowledge") { [unowned self] (session: Int, number: Int, by: PortID) in
        acknowledged(session, number, by.id, own)
      })
  }

  /// A port answers.
  func cameUp(_ key: String, _ own: PortID) {
    present.insert(key)
    if isStreaming { begin(key, own) }
  }

  /// The monitor of a port has fired.
  func wentDown(_ key: String) {
    present.remove(key)
    streams[key] = nil
  }

  private func begin(_ key: String, _ own: PortID) {
    sessions += 1
    streams[key] = Stream(session: sessions)
    goOn(key, own)
  }

  private func goOn(_ key: String, _ own: PortID) {
    guard var stream = streams[key] else { return }
    let port = PortID(key)
    while stream.sent < stream.acknowledged + window {
      stream.sent += 1
      snd(port, "number", stream.session, stream.sent, own, padding)
    }
    streams[key] = stream
  }

  private func take(_ session: Int, _ number: Int, _ from: PortID, _ own: PortID) {
    let before = latest[from.id] ?? (0, 0)
    let isNext =
      session == before.session
      ? number == before.number + 1 : session > before.session && number == 1
    if !isNext {
      Report.print("hole", from.id, "\(session).\(number) after \(before.session).\(before.number)")
    }
    latest[from.id] = (session, number)
    if number.isMultiple(of: 100) { snd(from, "acknowledge", session, number, own) }
  }

  private func acknowledged(_ session: Int, _ number: Int, _ key: String, _ own: PortID) {
    guard streams[key]?.session == session else { return }
    streams[key]?.acknowledged = number
    if number.isMultiple(of: 2000) { Report.print("streamed", key, "\(number)") }
    goOn(key, own)
  }
}
