import AEValue
import Testing

@testable import AEMPTool

/// A proxy's machine with two nodes, whose actions are what the test looks at, and whose clock it sets.
struct ProxyBench {
  var machine = ProxyMachine()
  /// The time, in seconds.
  var now = 0.0
  /// What was done, in words, but not yet looked at.
  private(set) var log: [String] = []
  /// What each side of a connection has got.
  private(set) var got: TextDictionary<String> = [:]

  static let greeting = "aemp;1;b/2;hmac_sha3_512;cbor\n"

  init() { machine.nodes = ["a", "b/2", "c"] }

  /// Does a request; its answer in words.
  mutating func ask(_ words: String) throws -> String {
    let request = try ProxyRequest(words.split(separator: " ").map { String($0) })
    let answer = machine.problem(with: request) ?? machine.perform(request, isJSON: false, at: now)
    note()
    return answer.sentence.isEmpty
      ? answer.lines.map(\.text).joined(separator: "|") : answer.sentence
  }

  /// A connection from `b/2` to `a`, up to where both ends are there.
  mutating func connect(_ greeting: String = Self.greeting) -> Int {
    let id = machine.accepted(for: "a")
    machine.received(id, from: .dialler, Array(greeting.utf8), at: now)
    note()
    if log.last == "dial \(id) a" {
      machine.dialled(id, at: now)
      note()
    }
    return id
  }

  mutating func send(_ id: Int, _ side: ProxyMachine.Side, _ text: String) {
    machine.received(id, from: side, Array(text.utf8), at: now)
    note()
  }

  mutating func event(_ change: (inout ProxyMachine, Double) -> Void) {
    change(&machine, now)
    note()
  }

  /// Lets time pass up to this, with all that happens in between.
  mutating func run(until end: Double) {
    var turns = 0
    while let next = machine.nextTime, next <= end, turns < 100_000 {
      now = max(now, next)
      machine.tick(at: now)
      note()
      turns += 1
    }
    now = end
  }

  /// What was done since the last look, without what was written.
  mutating func look() -> [String] {
    defer { log = [] }
    return log
  }

  func got(_ id: Int, _ side: ProxyMachine.Side) -> String { got["\(id)\(side)", default: ""] }

  private mutating func note() {
    for action in machine.takeActions() {
      switch action {
      case .dial(let id, let node): log.append("dial \(id) \(node)")
      case .complain(let node, let dialler, let reason, let isLast):
        log.append("complain \(node) \(dialler) \(reason)" + (isLast ? " last" : ""))
      case .write(let id, let side, let bytes):
        got["\(id)\(side)", default: ""] += String(decoding: bytes, as: UTF8.self)
      case .finish(let id, let side): log.append("finish \(id) \(side)")
      case .pause(let id, let side): log.append("pause \(id) \(side)")
      case .resume(let id, let side): log.append("resume \(id) \(side)")
      case .release(let id): log.append("release \(id)")
      case .close(let id): log.append("close \(id)")
      }
    }
  }
}
