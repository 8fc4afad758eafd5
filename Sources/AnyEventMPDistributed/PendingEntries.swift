internal import AEValue
internal import AnyEventMP
internal import Synchronization

/// The entries of a list of actors that were not taken yet, merged by key: at most as many as the list has.
final class PendingEntries: Sendable {
  typealias Entry = (id: PortID, name: String)

  private struct State {
    /// The names of the entries that have come since the last sorting.
    var names: TextDictionary<String> = [:]
    /// The entries to be taken next, in turn from the end.
    var sorted: [Entry] = []
  }

  private let state = Mutex(State())
  private let hasChanges: Bool

  /// With changes also actors are given out again whose name has changed.
  init(withChanges: Bool) { hasChanges = withChanges }

  /// Notes the changes of the family.
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
