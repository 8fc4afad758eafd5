import AnyEvent
import AnyEventMP
import MetricsTestKit
import Testing

/// A node with this id on 127.0.0.1, which knows where these listen.
func makeNode(_ id: String, seeds: [String] = [], on loop: Loop) throws -> Node {
  let node = Node(on: loop)
  try node.configure(
    ConfigurationArguments(
      nodeid: id, binds: ["127.0.0.1:*"], seeds: seeds, secret: "between ourselves", norc: true))
  return node
}

/// Runs `body` with a loop of its own, which is closed at the end.
func withLoop(_ body: (Loop) throws -> Void) rethrows {
  let loop = Loop()
  // Something is always awaited, be it this.
  let keeper = loop.timer(after: 1000) {}
  defer {
    keeper.cancel()
    loop.close()
  }
  try body(loop)
}

extension Loop {
  /// Runs the loop until the condition holds; the test's time limit ends the waiting.
  func run(until condition: () -> Bool) {
    while !condition() { runOnce(waiting: true) }
  }
}

extension TestMetrics {
  /// The last value of a gauge; nil if there is none.
  func gauge(_ label: String) -> Double? { recorders(label: label).first?.lastValue }

  /// The labels of all metrics that are there.
  var labels: Set<String> {  // String keys: labels of this package
    Set(
      recorders.map(\.label) + counters.map(\.label) + timers.map(\.label) + meters.map(\.label))
  }
}
