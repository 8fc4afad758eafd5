/// Lets a number of lines per key pass in an interval, and counts the others.
///
/// It is for warnings that a peer can cause as often as it likes. Its time is passed in. It remembers a
/// number of keys; messages of further keys in the same interval are counted together, and no more of
/// them pass than of one key.
public struct LogRateLimiter<Key: Hashable> {
  /// The decision about a message.
  public enum Verdict: Equatable {
    /// Log it; before it, unless that is 0, log that so many similar messages were suppressed.
    case log(suppressedBefore: Int)
    /// Don't log it.
    case suppress
  }

  private struct Window {
    var start: Double
    var count = 0
  }

  private let lines: Int
  private let period: Double
  private let maximumKeys: Int
  private var windows: [Key: Window] = [:]
  /// The window that keys share for which there is no room.
  private var crowd: Window?
  /// The number of suppressed messages of forgotten keys that were not reported yet.
  private var untold = 0
  /// A time in which no interval ends, so that no key can be forgotten.
  private var quietTime = 0.0..<0.0

  /// A limiter that has seen nothing yet.
  ///
  /// - Parameters:
  ///   - lines: how many messages of one key pass in an interval, at least 1.
  ///   - interval: its length in seconds, counted from the key's first message.
  ///   - maximumKeys: how many keys are told apart at a time, at least 1.
  public init(lines: Int = 5, interval: Double = 60, maximumKeys: Int = 256) {
    self.lines = max(1, lines)
    period = interval
    self.maximumKeys = max(1, maximumKeys)
  }

  /// Decides about a message.
  ///
  /// - Parameters:
  ///   - key: equal for similar messages: the peer's address and the kind of trouble, say.
  ///   - now: the time in seconds, of any clock; the same one for all calls.
  /// - Returns: whether to log it.
  public mutating func admit(_ key: Key, at now: Double) -> Verdict {
    if let index = windows.index(forKey: key) {
      return count(&windows.values[index], at: now)
    }
    if windows.count >= maximumKeys { forgetOldKeys(at: now) }
    if windows.count < maximumKeys {
      windows[key] = Window(start: now, count: 1)
      defer { untold = 0 }
      return .log(suppressedBefore: untold)
    }
    var window = crowd ?? Window(start: now)
    defer { crowd = window }
    return count(&window, at: now)
  }

  /// Ends the intervals that are over.
  ///
  /// For a timer: so the count is reported even if no further message of the key comes.
  /// - Parameter now: the time in seconds, of the clock used for ``admit(_:at:)``.
  /// - Returns: how many messages were suppressed, where there were any; the key is nil for
  ///   messages of keys there was no room for.
  public mutating func flush(at now: Double) -> [(key: Key?, suppressed: Int)] {
    var result: [(key: Key?, suppressed: Int)] = []
    for (key, window) in windows where isOver(window, at: now) {
      windows[key] = nil
      if window.count > lines { result.append((key, window.count - lines)) }
    }
    if let window = crowd, isOver(window, at: now) {
      crowd = nil
      untold += max(0, window.count - lines)
    }
    if untold > 0 { result.append((nil, untold)) }
    untold = 0
    return result
  }

  /// Whether suppressed messages were not reported yet, so that ``flush(at:)`` has to be called again.
  public var hasSuppressed: Bool {
    untold > 0 || windows.values.contains { $0.count > lines } || (crowd?.count ?? 0) > lines
  }

  /// The line that reports the suppressed messages.
  ///
  /// - Parameter count: how many there were.
  /// - Returns: `suppressed n similar messages`.
  public static func summary(suppressed count: Int) -> String {
    "suppressed \(count) similar message\(count == 1 ? "" : "s")"
  }

  private func count(_ window: inout Window, at now: Double) -> Verdict {
    if isOver(window, at: now) {
      let suppressed = max(0, window.count - lines)
      window = Window(start: now, count: 1)
      return .log(suppressedBefore: suppressed)
    }
    window.count += 1
    return window.count <= lines ? .log(suppressedBefore: 0) : .suppress
  }

  /// True after the interval, and when the clock went back before its start.
  private func isOver(_ window: Window, at now: Double) -> Bool {
    now >= window.start + period || now < window.start
  }

  /// Makes room by dropping the keys whose interval is over.
  private mutating func forgetOldKeys(at now: Double) {
    guard !now.isNaN, !quietTime.contains(now) else { return }
    var firstEnd = Double.infinity
    for (key, window) in windows {
      if isOver(window, at: now) {
        untold += max(0, window.count - lines)
        windows[key] = nil
      } else {
        firstEnd = min(firstEnd, window.start + period)
      }
    }
    quietTime = now..<max(now, firstEnd)
  }
}

extension LogContext {
  /// Logs a message if the limiter lets it pass, after a line about suppressed ones.
  ///
  /// - Parameters:
  ///   - level: the priority of both lines.
  ///   - key: equal for similar messages.
  ///   - limiter: counts them.
  ///   - now: the time in seconds, of the limiter's clock.
  ///   - message: the text; not built when no target wants it.
  public func log<Key: Hashable>(
    _ level: LogLevel, similarTo key: Key, limiter: inout LogRateLimiter<Key>, at now: Double,
    _ message: @autoclosure () -> String
  ) {
    guard isEnabled(level), case .log(let suppressed) = limiter.admit(key, at: now) else { return }
    if suppressed > 0 { log(level, LogRateLimiter<Key>.summary(suppressed: suppressed)) }
    log(level, message())
  }
}
