import AnyEvent

/// One attempt to reach an address, on behalf of a seed or of messages that wait for a node.
final class Dial: Linked {
  /// Host and port.
  let address: String
  /// It has waited for its turn, which has come.
  var started: (() -> Void)?
  /// The other end said which node it is; not proven yet.
  var greeted: ((String) -> Void)?
  /// The attempt is over without a connection of its own.
  var failed: ((DialFailure) -> Void)?
  /// The attempt became the node's connection.
  var connected: ((String) -> Void)?
  /// The attempt became the data connection that was wanted.
  var connectedData: ((Handle) -> Void)?
  /// The data connection that is dialled; nil for one between nodes.
  let data: DialledData?
  /// The TCP connection that is being made; it keeps the dial until it is made or not.
  var connecting: Guard?

  // The queue sets these; see ``DialQueue``.
  var turn = DialQueue.Turn.none
  unowned(unsafe) var previous: Dial?
  unowned(unsafe) var next: Dial?

  init(address: String, data: DialledData? = nil) {
    self.address = address
    self.data = data
  }

  deinit { leaveQueue() }

  /// Nobody waits for the result any more.
  func cancel() {
    // What is under way keeps its place until its connection is closed.
    if case .waiting = turn { leaveQueue() }
    started = nil
    greeted = nil
    failed = nil
    connected = nil
    connectedData = nil
    connecting = nil
  }
}

/// How an attempt to reach an address ended.
enum DialFailure: Equatable {
  /// It is this very node.
  case ourselves
  /// The node is connected already.
  case alreadyConnected(node: String)
  /// Nobody is there, or who is there and we do not get along.
  case unreachable(String)
}
