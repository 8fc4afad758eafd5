internal import AEValue
internal import Glibc

/// Which watchers a loop has, where they were made and how long ago, kept only on request.
///
/// A record has a weak reference: an ended watcher needs not say so, and the next list leaves it out.
final class WatcherRecords {
  /// A watcher that may be listed.
  struct Record {
    let number: Int
    let kind: String
    let file: StaticString
    let line: UInt
    /// When it was made, in seconds since 1970.
    let born: Double
    fileprivate let isActive: () -> Bool
  }

  private var records: [Record] = []
  private var made = 0
  /// How many records there may be before the ended ones are looked for again.
  private var limit = 64
  /// Whether watchers that are made from now on are recorded.
  var isRecording: Bool
  /// Whether mistakes are looked for that would cost time otherwise.
  let isStrict: Bool

  init(isRecording: Bool, isStrict: Bool) {
    self.isRecording = isRecording
    self.isStrict = isStrict
  }

  /// The records that the environment asks for; nil if it asks for none.
  static func asked() -> WatcherRecords? {
    let wrap = Self.number("DEBUG_WRAP") > 0
    let isStrict = Self.number("STRICT") > 0
    return wrap || isStrict ? WatcherRecords(isRecording: true, isStrict: isStrict) : nil
  }

  /// The number in a variable; `PERL_ANYEVENT_x` beats `AE_x`, as for the log.
  private static func number(_ name: String) -> Int {
    for variable in ["PERL_ANYEVENT_\(name)", "AE_\(name)"] {
      if let text = getenv(variable) { return Int(atoi(text)) }
    }
    return 0
  }

  func note(
    _ kind: String, _ file: StaticString, _ line: UInt, _ now: Double,
    _ isActive: @escaping () -> Bool
  ) {
    if records.count >= limit {
      records.removeAll { !$0.isActive() }
      limit = max(64, records.count * 2)
    }
    made += 1
    records.append(
      Record(number: made, kind: kind, file: file, line: line, born: now, isActive: isActive))
  }

  /// The active ones in the order in which they were made.
  var active: [Record] {
    records.removeAll { !$0.isActive() }
    return records
  }
}

/// A watcher that a loop can list.
protocol ListedWatcher: AnyObject {
  var isActive: Bool { get }
}

extension TimerWatcher: ListedWatcher {}
extension IOWatcher: ListedWatcher {}
extension IdleWatcher: ListedWatcher {}

extension Loop {
  /// Records a watcher if this loop records them.
  @inline(__always)
  func listed<Watcher: ListedWatcher>(
    _ watcher: Watcher, _ kind: @autoclosure () -> String, _ file: StaticString, _ line: UInt
  ) -> Watcher {
    if let records { list(watcher, kind(), file, line, records) }
    return watcher
  }

  @inline(never)
  private func list(
    _ watcher: some ListedWatcher, _ kind: String, _ file: StaticString, _ line: UInt,
    _ records: WatcherRecords
  ) {
    guard records.isRecording else { return }
    records.note(kind, file, line, time) { [weak watcher] in watcher?.isActive ?? false }
  }

  /// Stops the program if a watched descriptor was closed, which nobody would notice otherwise.
  func checkDescriptors() {
    for (fd, poll) in polls where poll.isWatched && fcntl(fd, F_GETFD) < 0 {
      let record = records?.active.last { $0.kind.hasPrefix("io \(fd) ") }
      misuse(
        "descriptor \(fd) was closed while a watcher waits for it: cancel the watcher before closing",
        file: record?.file ?? #fileID, line: record?.line ?? #line)
    }
  }
}
