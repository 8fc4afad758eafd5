import AnyEvent

/// Whether the node at the other end of one connection lives, as far as can be known: a machine that is
/// fed by the ticks of the ``Heartbeat``.
///
/// Silence is counted in ticks, of which a stall of our own loop can make one at most. Life is what was
/// received. A node that has promised to say something often enough is not believed for anything else: a
/// stopped process keeps no promise; what is often enough depends on how long it has, which is less under
/// suspicion. Any other is asked, and as the question may wait behind much that is
/// queued, it counts as asked only when the other end's kernel has last taken from the queue; once that has
/// the question, only the answer counts.
struct Liveness {
  /// How long everything takes, in seconds.
  struct Rules: Equatable {
    /// After how long a silence we ask, and after how long we have to say something ourselves.
    var interval: Double
    /// After how long a silence the connection is closed.
    var timeout: Double

    /// Of a node with these settings: there must be time for an answer.
    init(heartbeat: Double, timeout: Double) {
      self.timeout = timeout
      interval = min(heartbeat, timeout / 3)
    }

    /// Seconds of a tick.
    var unit: Double { max(0.001, interval / 3) }

    /// After how long a silence a connection is closed that another one wants to succeed.
    var suspicion: Double { min(2 * interval, timeout) }

    /// Whether a node that says something this often is always heard in time, also if something is lost.
    ///
    /// Under suspicion, of which it knows nothing, it has only the time of two of our own words.
    func trust(_ promised: Double?, isSuspected: Bool = false) -> Bool {
      guard let promised, promised > 0, 2 * promised + unit <= timeout else { return false }
      return !isSuspected || 2 * promised <= suspicion
    }
  }

  /// What the connection has been doing.
  struct Line {
    /// Whether anything was received since the last tick.
    var hasHeard: Bool
    /// Bytes that the kernel has taken from us so far.
    var sent: UInt64
    /// Bytes that it has not taken yet.
    var queued: Int
    /// What the kernels know; asked for only when nothing was received.
    var traffic: () -> StreamTraffic?
  }

  /// What has to be done.
  enum Step: Equatable {
    case nothing
    /// Say anything at all.
    case sayHello
    /// Send a request that any node answers, and report it by ``asked(_:_:)``.
    case ask
    /// Close the connection.
    case giveUp
  }

  /// What became of the question that was not answered yet.
  private enum Question {
    case none
    /// It ends at this byte of what we send; so many had arrived when it was looked at.
    case onItsWay(end: UInt64, arrived: UInt64)
    case delivered
  }

  /// Seconds that nothing was heard.
  private(set) var silence = 0.0
  /// Whether another connection claims to be the node at the other end.
  private(set) var isSuspected = false
  /// The other node says something every so many seconds, by its own account.
  private let promised: Double?
  private var question = Question.none
  /// Pieces with data that had arrived at our end at the last silent tick.
  private var pieces: UInt64?
  private var sent: UInt64 = 0
  /// Seconds that we have sent nothing, at most.
  private var idle = 0.0

  init(promised: Double?) {
    self.promised = promised
  }

  /// Another connection wants to succeed this one, which must show soon that it lives: it is to be asked.
  ///
  /// The tick under way has begun before.
  mutating func suspect(_ rules: Rules) {
    isSuspected = true
    silence = -rules.unit
    pieces = nil
    question = .none
  }

  /// A question has been sent, or waits to be: it is the last of what is sent so far or queued.
  mutating func asked(_ line: Line, _ rules: Rules) {
    // As long as anything has to wait, the last question is the one that waits behind all of it.
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

  /// A tick, so many seconds after the last one.
  mutating func tick(after seconds: Double, _ line: Line, _ rules: Rules) -> Step {
    // What was sent since the last tick may have been sent right behind it, before our loop was kept busy.
    idle = line.queued > 0 ? 0 : line.sent == sent ? idle + seconds : seconds
    sent = line.sent
    if line.hasHeard {
      pieces = nil
      hear()
    } else {
      let traffic = line.traffic()
      // What came out of order waits in the kernel for what was lost.
      let hasArrived = pieces.map { $0 != traffic?.pieces } ?? false
      pieces = traffic?.pieces
      if hasArrived {
        hear()
      } else if isTakingFromQueue(line.queued, traffic) {
        // As if the question had only now been asked.
        silence = min(silence, rules.interval)
      } else {
        silence += rules.unit
      }
    }
    if isDead(rules) { return .giveUp }
    // Ticks are sums of fractions.
    if silence >= rules.interval - rules.unit / 2 { return .ask }
    return idle >= rules.interval - rules.unit / 2 ? .sayHello : .nothing
  }

  /// Whether nothing was heard for too long.
  func isDead(_ rules: Rules) -> Bool {
    silence > (isSuspected ? rules.suspicion : rules.timeout) - rules.unit / 2
  }

  /// Whether the question still waits, or anything else, and the other end's kernel has taken bytes.
  private mutating func isTakingFromQueue(_ queued: Int, _ traffic: StreamTraffic?) -> Bool {
    guard case .onItsWay(let end, let before) = question, let traffic else { return false }
    let arrived = sent - min(sent, traffic.unacknowledged)
    let waits = arrived < end || queued > 0
    question = waits ? .onItsWay(end: end, arrived: arrived) : .delivered
    return waits && arrived > before
  }
}
