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
