@testable import AnyEventMP

/// A port that checks what it gets: per stream the numbers 0, 1, 2 … and nothing after its death.
final class Receiver {
  let host: Int
  /// The port's text, as a message would carry it to other nodes.
  let id: String
  /// Whether its own node has said that it is dead.
  private(set) var isDead = false
  /// How many messages of each stream arrived.
  private(set) var delivered: [Int: Int] = [:]
  /// The last stream that each sending node has used here.
  private var lastStream: [Int: Int] = [:]
  private let report: (String) -> Void

  init(on node: Node, host: Int, report: @escaping (String) -> Void) {
    self.host = host
    self.report = report
    let port = node.makePort()
    id = port.id
    node.run {
      rcv(port, "m") { [unowned self] (sender: Int, stream: Int, n: Int) in
        got(sender, stream, n)
      }
    }
    _ = node.monitor(port.ref) { [unowned self] _ in isDead = true }
  }

  /// The node is gone with all its ports.
  func nodeIsGone() { isDead = true }

  private func got(_ sender: Int, _ stream: Int, _ n: Int) {
    if isDead { report("\(id) is dead and got message \(n) of stream \(stream)") }
    let wanted = delivered[stream, default: 0]
    if n != wanted { report("\(id) got message \(n) of stream \(stream) instead of \(wanted)") }
    delivered[stream] = n + 1
    if let last = lastStream[sender], last > stream {
      report("\(id) got message \(n) of stream \(stream) after stream \(last) had begun")
    }
    lastStream[sender] = stream
  }
}
