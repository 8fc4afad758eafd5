import AnyEvent

/// Decides whether the node at the other end of a link still lives: a machine without I/O that the
/// ``Heartbeat`` feeds.
///
/// Silence is counted in ticks, so that a stall of our own loop counts as one tick at most.
/// Received data is a sign of life. A node that promises to send often enough must keep the
/// promise, because a stopped process does not: its kernel's acknowledgements prove nothing. Which
/// promise is often enough depends on the time limit, which is shorter under suspicion.
///
/// Any other node is asked. The question may wait behind many queued bytes, so the silence begins
/// anew whenever the other end's kernel takes some of them. Once that kernel has the question, only
/// an answer counts.
struct Liveness {
  /// The times that all links of a node have in common, in seconds.
  struct Rules: Equatable {
    /// The silence after which the other node is asked, and after which this node sends a sign of life.
    var interval: Double
    /// The silence after which the connection is closed.
    var timeout: Double

    /// The rules for these settings; a third of the timeout must be left for the answer.
    init(heartbeat: Double, timeout: Double) {
      self.timeout = timeout
      interval = min(heartbeat, timeout / 3)
    }

    /// The seconds between two ticks.
    var unit: Double { max(0.001, interval / 3) }

    /// The silence after which a connection is closed that another one is to replace.
    var suspicion: Double { min(2 * interval, timeout) }

    /// Whether a node that sends this often is always heard in time, even if one sign of life is lost.
    ///
    /// A suspected node does not know of the suspicion, so the shorter limit must still have room
    /// for two of its signs of life.
    func trust(_ promised: Double?, isSuspected: Bool = false) -> Bool {
      guard let promised, promised > 0, 2 * promised + unit <= timeout else { return false }
      return !isSuspected || 2 * promised <= suspicion
    }
  }

  /// The activity of the connection, as the heartbeat reads it.
  struct Line {
    /// Whether data was received since the last tick.
    var hasHeard: Bool
    /// The bytes that the kernel has taken from this node so far.
    var sent: UInt64
    /// The bytes that the kernel has not taken yet.
    var queued: Int
    /// The counters of the kernel; read only when no data was received.
    var traffic: () -> StreamTraffic?
  }

  /// The action that a tick asks for.
  enum Step: Equatable {
    case nothing
    /// Send an empty packet as a sign of life.
    case sayHello
    /// Send a request that any node answers, and report it by ``asked(_:_:)``.
    case ask
    /// Close the connection.
    case giveUp
  }

  /// The state of the last question.
  private enum Question {
    case none
    /// Its last byte is byte number `end` of the stream; `arrived` bytes had been acknowledged at the last look.
    case onItsWay(end: UInt64, arrived: UInt64)
    case delivered
  }

  /// The seconds without a sign of life from the other end.
  private(set) var silence = 0.0
  /// Whether another connection claims to be the node at the other end.
  private(set) var isSuspected = false
  /// The seconds between two signs of life that the other node promises in its greeting.
  private let promised: Double?
  private var question = Question.none
  /// The number of segments with data that had arrived at the last silent tick.
  private var pieces: UInt64?
  private var sent: UInt64 = 0
  /// The seconds since this node last sent, at most.
  private var idle = 0.0

  init(promised: Double?) {
    self.promised = promised
  }

  /// Starts the shorter time limit, because another connection wants to replace this one; the caller then asks.
  ///
  /// The silence starts below zero because the tick under way began before.
  mutating func suspect(_ rules: Rules) {
    isSuspected = true
    silence = -rules.unit
    pieces = nil
    question = .none
  }

  /// Notes that a question was sent or queued; it is the last of all bytes so far.
  mutating func asked(_ line: Line, _ rules: Rules) {
    // While bytes are queued, the answer counts from the last question, which waits behind all of them.
    if case .none = question {} else if line.queued == 0 { return }
    guard !rules.trust(promised, isSuspected: isSuspected), let traffic = line.traffic() else {
      return
    }
    question = .onItsWay(
      end: line.sent + UInt64(line.queued),
      arrived: line.sent - min(line.sent, traffic.unacknowledged))
  }

  private mutating func hear() {
    silence = 0
    question = .none
    isSuspected = false
  }

  /// Counts a tick, `seconds` after the last one, and returns the action that follows.
  mutating func tick(after seconds: Double, _ line: Line, _ rules: Rules) -> Step {
    // Bytes since the last tick may have been sent right behind it, before a callback kept the loop busy.
    idle = line.queued > 0 ? 0 : line.sent == sent ? idle + seconds : seconds
    sent = line.sent
    if line.hasHeard {
      pieces = nil
      hear()
    } else {
      let traffic = line.traffic()
      // Segments that arrive out of order wait in the kernel for a lost one, and still are a sign of life.
      let hasArrived = pieces.map { $0 != traffic?.pieces } ?? false
      pieces = traffic?.pieces
      if hasArrived {
        hear()
      } else if isTakingFromQueue(line.queued, traffic) {
        // The silence starts again at the moment of the question.
        silence = min(silence, rules.interval)
      } else {
        silence += rules.unit
      }
    }
    if isDead(rules) { return .giveUp }
    // Half a tick of tolerance, because the sums of fractions are not exact.
    if silence >= rules.interval - rules.unit / 2 { return .ask }
    return idle >= rules.interval - rules.unit / 2 ? .sayHello : .nothing
  }

  /// Whether the silence has lasted too long.
  func isDead(_ rules: Rules) -> Bool {
    silence > (isSuspected ? rules.suspicion : rules.timeout) - rules.unit / 2
  }

  /// Whether bytes still wait in front of the other end's kernel, and it has taken some since the last look.
  private mutating func isTakingFromQueue(_ queued: Int, _ traffic: StreamTraffic?) -> Bool {
    guard case .onItsWay(let end, let before) = question, let traffic else { return false }
    let arrived = sent - min(sent, traffic.unacknowledged)
    let waits = arrived < end || queued > 0
    question = waits ? .onItsWay(end: end, arrived: arrived) : .delivered
    return waits && arrived > before
  }
}
