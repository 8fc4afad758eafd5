/// Monitors that are about to be called one after the other, and that a callback before them may take back.
///
/// They are in no table any more, so what is taken back meanwhile is noted here.
struct FiringMonitors {
  /// How many lists of monitors are being called: a callback may cause another.
  private var depth = 0
  private var takenBack: Set<UInt64> = []

  /// Monitors are called from now on until ``end()``.
  mutating func begin() { depth += 1 }

  mutating func end() {
    depth -= 1
    if depth == 0, !takenBack.isEmpty { takenBack = [] }
  }

  /// A monitor was taken back that is in no table.
  mutating func takeBack(_ serial: UInt64) {
    if depth > 0 { takenBack.insert(serial) }
  }

  /// Whether a monitor that is about to be called was taken back.
  @inline(__always)
  func isTakenBack(_ serial: UInt64) -> Bool {
    !takenBack.isEmpty && takenBack.contains(serial)
  }
}
