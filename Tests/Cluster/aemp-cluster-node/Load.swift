import AnyEvent
import AnyEventMP
import Glibc

/// A node under load: it sends numbered messages to the ports of all other nodes, and says of each of
/// them whether a number is missing.
///
/// A message that is lost without a monitor that has fired breaks what the library promises: the numbers
/// of one stream have no holes, and a new stream begins only after the monitor of the last one.
final class Load {
  /// The messages to one port, until its monitor fires.
  private struct Stream {
    let id: String
    var count = 0
  }

  private let family = "load"
  private let port = AnyEventMP.port()
  private var members: TextSet = []
  private var streams: TextDictionary<Stream> = [:]
  /// The last number of each stream that has come.
  private var heard: TextDictionary<Int> = [:]
  private var serial = 0
  private var keep: [Any] = []

  /// Registers the port and begins to send, as often as once in `interval` seconds to each port.
  func start(every interval: Double) {
    rcv(
      port,
      on("n") { [unowned self] (stream: String, number: Int) in take(stream, number) },
      on("is") { [unowned self] (stream: String, number: Int, reply: PortID) in
        snd(reply, "checked", heard[stream] == number ? "whole" : "lost", stream)
      },
      on("checked") { (verdict: String, stream: String) in Report.print(verdict, stream) })
    Report.print("port", port.id)
    db_reg(family, port)
    let guardian: Guard = db_mon(family) { [unowned self] contents, _, _, _ in
      members = TextSet(contents.keys)
      begin()
      Report.print("sees", "\(members.count)")
    }
    keep = [guardian, AE.timer(interval, interval) { [unowned self] in send() }]
  }

  /// Ends sending, and asks each port whether all has come.
  func check() {
    keep = []
    for (key, stream) in streams {
      snd(PortID(key), "is", stream.id, stream.count, port)
    }
    Report.print("checks", "\(streams.count)")
  }

  private func begin() {
    for key in members where streams[key] == nil && !port_is_local(PortID(key)) {
      serial += 1
      streams[key] = Stream(id: "\(port.id)>\(serial)")
      mon(PortID(key)) { [unowned self] (reason: Message) in
        streams[key] = nil
        Report.print("down", key, reason.map { $0.string ?? "" }.joined(separator: " "))
        // If it is still there a little later, the connection was lost and not the port.
        after(0.2) { [unowned self] in begin() }
      }
    }
  }

  private func send() {
    for key in Array(streams.keys) {
      guard var stream = streams[key] else { continue }
      stream.count += 1
      streams[key] = stream
      snd(PortID(key), "n", stream.id, stream.count)
    }
  }

  private func take(_ stream: String, _ number: Int) {
    let expected = (heard[stream] ?? 0) + 1
    if number != expected { Report.print("hole", stream, "\(expected)", "\(number)") }
    heard[stream] = number
  }
}
