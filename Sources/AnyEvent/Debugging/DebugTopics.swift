internal import AEValue

/// Subjects that a debug shell of a loop can tell of, beside watchers; parts above this one add their own.
package final class DebugTopics: LoopResident {
  /// A subject that can be asked for by name.
  struct Topic {
    let name: String
    let help: String
    /// The lines about the subject; nil when it is gone.
    let lines: () -> [String]?
  }

  private(set) var topics: [Topic] = []

  /// The topics of a loop.
  package static func of(_ loop: Loop) -> DebugTopics {
    if let known = loop[only: DebugTopics.self] { return known }
    let made = DebugTopics()
    loop[only: DebugTopics.self] = made
    return made
  }

  /// Adds a topic; several of one name are told one after the other.
  package func add(_ name: String, _ help: String, _ lines: @escaping () -> [String]?) {
    topics.removeAll { $0.lines() == nil }
    topics.append(Topic(name: name, help: help, lines: lines))
  }

  func loopCloses() { topics = [] }
}
