import AnyEvent
import AnyEventMP
import ServiceLifecycle
import Synchronization

/// A node with this id on 127.0.0.1, which knows where these listen.
func arguments(_ id: String, seeds: [String] = []) -> ConfigurationArguments {
  ConfigurationArguments(
    nodeid: id, binds: ["127.0.0.1:*"], seeds: seeds, secret: "between ourselves", norc: true)
}

struct Unprepared: Error {}

/// Collects what callbacks are given, and tells when there is enough.
final class Collected<Element: Sendable>: Sendable {
  private struct Contents {
    var elements: [Element] = []
    var wanted = Int.max
    var waiting: CheckedContinuation<Void, Never>?

    mutating func takeWaiting() -> CheckedContinuation<Void, Never>? {
      guard elements.count >= wanted else { return nil }
      defer { waiting = nil }
      return waiting
    }
  }

  private let contents = Mutex(Contents())

  var all: [Element] { contents.withLock { $0.elements } }

  func append(_ element: Element) {
    contents.withLock { contents in
      contents.elements.append(element)
      return contents.takeWaiting()
    }?.resume()
  }

  /// Waits for so many elements.
  func wait(for count: Int) async {
    await withCheckedContinuation { continuation in
      contents.withLock { contents in
        contents.wanted = count
        contents.waiting = continuation
        return contents.takeWaiting()
      }?.resume()
    }
  }
}

/// Tells when it goes.
final class Witness: Sendable {
  private let ends: @Sendable () -> Void

  init(_ ends: @escaping @Sendable () -> Void) { self.ends = ends }

  func touch() {}

  deinit { ends() }
}

/// A service that waits for its shutdown, and tells of its beginning and end.
struct Waiting: Service {
  private let name: String
  private let ended: Collected<String>
  private let started: Collected<String>

  init(_ name: String, _ ended: Collected<String>, _ started: Collected<String>) {
    self.name = name
    self.ended = ended
    self.started = started
  }

  func run() async throws {
    started.append(name)
    try await gracefulShutdown()
    ended.append(name)
  }
}

extension NodeHandle {
  /// Asks on the node's thread; the first answer counts.
  func answer<Answer: Sendable>(
    _ ask: @escaping @Sendable (Node, @escaping @Sendable (Answer) -> Void) -> Void
  ) async -> Answer {
    await withCheckedContinuation { continuation in
      let waiting = Once(continuation)
      post { node in ask(node) { answer in waiting.resume(answer) } }
    }
  }

  /// Where the node listens.
  var listeners: [String] {
    get async { await answer { node, answer in answer(node.status.listeners) } }
  }
}

/// A continuation of which only the first answer counts.
private final class Once<Answer: Sendable>: Sendable {
  private let waiting: Mutex<CheckedContinuation<Answer, Never>?>

  init(_ waiting: CheckedContinuation<Answer, Never>) { self.waiting = Mutex(waiting) }

  func resume(_ answer: Answer) {
    let waiting = waiting.withLock { waiting in
      defer { waiting = nil }
      return waiting
    }
    waiting?.resume(returning: answer)
  }
}
