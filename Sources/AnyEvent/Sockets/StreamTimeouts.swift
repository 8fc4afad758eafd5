/// The three clocks of a stream: what was read, what was written, either.
///
/// In seconds of the loop's monotonic clock: setting the wall clock is no silence.
final class StreamTimeouts {
  /// What a clock watches.
  enum Kind: Int, CaseIterable {
    case either, read, write
  }

  private struct Clock {
    /// After how many seconds it expires; 0: never.
    var limit = 0.0
    /// When something happened last.
    var last = 0.0
    var timer: TimerWatcher?
  }

  private let loop: Loop
  @exclusivity(unchecked) private var clocks = Kind.allCases.map { _ in Clock() }
  private var isRunning = false
  /// Called when nothing has happened for as long as a clock allows; it starts anew.
  var expired: ((Kind) -> Void)?

  init(on loop: Loop) { self.loop = loop }

  /// After how many seconds a clock expires; 0: never.
  ///
  /// Setting it may call ``expired``.
  subscript(kind: Kind) -> Double {
    get { clocks[kind.rawValue].limit }
    set {
      clocks[kind.rawValue].limit = newValue
      check(kind)
    }
  }

  /// Something was read, or written.
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

  /// Nothing expires any more.
  func stop() {
    isRunning = false
    for index in clocks.indices { clocks[index].timer = nil }
  }

  /// Reports what took too long, and has the clock ask again when it may have next time.
  private func check(_ kind: Kind) {
    clocks[kind.rawValue].timer = nil
    let clock = clocks[kind.rawValue]
    guard isRunning, clock.limit > 0 else { return }
    if clock.last + clock.limit <= loop.monotonicNow {
      reset(kind)
      expired?(kind)
    }
    // The callback may have changed everything, this clock included.
    let next = clocks[kind.rawValue]
    guard isRunning, next.limit > 0, next.timer == nil else { return }
    let wait = next.last + next.limit - loop.monotonicNow
    clocks[kind.rawValue].timer = loop.timer(after: max(0, wait)) { [unowned self] in check(kind) }
  }
}
