internal import AEValue
internal import AnyEventMP
internal import Synchronization

/// The entries of a list of actors that nobody has asked for yet, merged by key: at most those that the list has.
final class PendingEntries: Sendable {
  typealias Entry = (id: PortID, name: String)

  private struct State {
    /// The names of those that have come since the last ones were sorted.
    var names: TextDictionary<String> = [:]
    /// The ones to be taken next, in turn from the end.
    var sorted: [Entry] = []
  }

  private let state = Mutex(State())
  private let hasChanges: Bool

  /// With changes also actors are given out again whose name has changed.
  init(withChanges: Bool) { hasChanges = withChanges }

  /// Notes what has changed in the family.
  func note(
    _ family: TextDictionary<Value>, added: [String], changed: [String], deleted: [String]
  ) {
    state.withLock { state in
      for key in deleted { state.names[key] = nil }
      for key in hasChanges ? added + changed : added {
        state.names[key] = family[key]?.string ?? ""
      }
    }
  }

  /// The next entry; other nodes may write what they like: a key that is no port is no actor.
  func take() -> Entry? {
    state.withLock { state in
      if state.sorted.isEmpty {
        state.sorted = state.names.sorted { $0.key > $1.key }.map { (PortID($0.key), $0.value) }
          .filter { !$0.id.name.isEmpty }
        state.names = [:]
      }
      return state.sorted.popLast()
    }
  }
}
