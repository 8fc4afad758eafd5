/// The three clocks of a stream: for reading, for writing, and for either.
///
/// They count seconds of the loop's monotonic clock, so that setting the wall clock has no effect.
final class StreamTimeouts {
  /// The activity that resets a clock.
  enum Kind: Int, CaseIterable {
    case either, read, write
  }

  private struct Clock {
    /// The seconds after which it expires; 0: never.
    var limit = 0.0
    /// The time of the last activity.
    var last = 0.0
    var timer: TimerWatcher?
  }

  private let loop: Loop
  @exclusivity(unchecked) private var clocks = Kind.allCases.map { _ in Clock() }
  private var isRunning = false
  /// Called when a clock expires, which then starts anew.
  var expired: ((Kind) -> Void)?

  init(on loop: Loop) { self.loop = loop }

  /// The seconds after which a clock expires; 0: never.
  ///
  /// Setting it may call ``expired``.
  subscript(kind: Kind) -> Double {
    get { clocks[kind.rawValue].limit }
    set {
      clocks[kind.rawValue].limit = newValue
      check(kind)
    }
  }

  /// Bytes were read or written.
  func note(_ kind: Kind) {
    let now = loop.monotonicNow
    clocks[Kind.either.rawValue].last = now
    clocks[kind.rawValue].last = now
  }

  /// One clock starts anew, and no other.
  func reset(_ kind: Kind) { clocks[kind.rawValue].last = loop.monotonicNow }

  /// The clocks start, with the connection.
  func start() {
    isRunning = true
    for kind in Kind.allCases {
      reset(kind)
      check(kind)
    }
  }

  /// The clocks stop.
  func stop() {
    isRunning = false
    for index in clocks.indices { clocks[index].timer = nil }
  }

  /// Reports a clock that has expired, and sets its timer for the next time.
  private func check(_ kind: Kind) {
    clocks[kind.rawValue].timer = nil
    let clock = clocks[kind.rawValue]
    guard isRunning, clock.limit > 0 else { return }
    if clock.last + clock.limit <= loop.monotonicNow {
      reset(kind)
      expired?(kind)
    }
    // The callback may have changed the clocks.
    let next = clocks[kind.rawValue]
    guard isRunning, next.limit > 0, next.timer == nil else { return }
    let wait = next.last + next.limit - loop.monotonicNow
    clocks[kind.rawValue].timer = loop.timer(after: max(0, wait)) { [unowned self] in check(kind) }
  }
}

/// Tells how old the oldest byte of a queue is, from a few notes of how far the queue reached and when.
///
/// No byte has a time of its own, since that would cost something for each message: a byte is as old as the
/// first note that has it in the queue, which is the least age that it can have.
struct QueueAge {
  /// The queue reached to byte number `end` of the stream at this time (s).
  private struct Note {
    var end: UInt64
    var time: Double
  }

  /// Oldest first; the ends grow.
  private var notes: [Note] = []
  private static let most = 64

  /// Whether it was noted that bytes wait.
  var hasNotes: Bool { !notes.isEmpty }

  /// Notes that the queue reaches to byte number `end`, of which `sent` are not in it any more.
  mutating func note(end: UInt64, sent: UInt64, at time: Double) {
    notes.removeAll { $0.end <= sent }
    guard end > sent, end > notes.last?.end ?? 0 else { return }
    if notes.count >= Self.most {
      // A later note stands for its neighbour, too: the age is too low then, never too high.
      notes = notes.indices.filter { $0.isMultiple(of: 2) }.map { notes[$0] }
    }
    notes.append(Note(end: end, time: time))
  }

  /// The age (s) of byte number `sent`, the first one that waits; 0 without a note of it.
  func oldest(after sent: UInt64, at time: Double) -> Double {
    notes.first { $0.end > sent }.map { max(0, time - $0.time) } ?? 0
  }
}
