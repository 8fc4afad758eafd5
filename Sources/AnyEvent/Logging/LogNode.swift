public import Synchronization

/// The object behind a ``LogContext``: a node of the graph through which messages pass.
@usableFromInline
final class LogNode: Sendable {
  /// The levels at which a message logged here reaches a target, here or at a slave.
  ///
  /// Computed by ``LogSystem/reassess()`` whenever the configuration changes, so that a disabled
  /// call is decided by one load, however deep the graph is.
  @usableFromInline let reach = Atomic<UInt16>(0)

  let configuration: Mutex<LogConfiguration>

  init(title: String, slaves: [LogNode] = []) {
    configuration = Mutex(LogConfiguration(title: title, slaves: slaves))
  }
}

/// The settings of one context; copied out of its lock before a callback is called.
struct LogConfiguration: Sendable {
  var title: String
  var levels = LogLevels.all
  var cap: LogLevel?
  var target = LogTarget.none
  var format: (@Sendable (Double, LogContext, LogLevel, String) -> String)?
  var slaves: [LogNode]

  /// The threads whose message the target is taking now.
  ///
  /// A target that logs (a network sender, say) would otherwise call itself for ever.
  var threadsInTarget: [UInt] = []
}

// MARK: - Reach

/// The settings of a context that decide which levels reach a target from it; and the computation over
/// all contexts.
struct LogReach {
  let identity: ObjectIdentifier
  let levels: LogLevels
  let hasTarget: Bool
  let slaves: [LogNode]

  init(_ node: LogNode) {
    identity = ObjectIdentifier(node)
    (levels, hasTarget, slaves) = node.configuration.withLock {
      ($0.levels, !$0.target.isNone, $0.slaves)
    }
  }

  /// The levels that reach a target from each context, in the order given.
  ///
  /// A context with a target reaches all levels that it lets pass, another one those of them that its
  /// slaves reach. The sets only grow until none changes, so cycles do no harm.
  static func solve(_ contexts: [LogReach]) -> [LogLevels] {
    var positions: [ObjectIdentifier: Int] = [:]
    for (position, context) in contexts.enumerated() { positions[context.identity] = position }

    var reach = contexts.map { $0.hasTarget ? $0.levels : [] }
    var isChanged = true
    while isChanged {
      isChanged = false
      for (position, context) in contexts.enumerated() where !context.hasTarget {
        let passedOn = context.slaves.reduce(into: LogLevels()) { result, slave in
          if let position = positions[ObjectIdentifier(slave)] { result.formUnion(reach[position]) }
        }
        let levels = passedOn.intersection(context.levels)
        if levels != reach[position] {
          reach[position] = levels
          isChanged = true
        }
      }
    }
    return reach
  }
}

/// The levels that are wanted in the context of any package at all.
///
/// `AE.log` looks at them first, before it looks up its context.
final class LogGate: Sendable {
  /// The process's gate, which `AE.log` sees.
  static let shared = LogGate(isPublished: true)

  private let isPublished: Bool
  private let current = Atomic<UInt16>(.max)

  init(isPublished: Bool = false) {
    self.isPublished = isPublished
  }

  var levels: LogLevels {
    get { LogLevels(rawValue: current.load(ordering: .relaxed)) }
    set {
      current.store(newValue.rawValue, ordering: .relaxed)
      if isPublished { openLogLevels.store(newValue.rawValue, ordering: .relaxed) }
    }
  }
}

/// The levels of ``LogGate/shared``; all until the first call has read the environment.
///
/// A global with a constant initial value: reading it is a load, with no check for its first use.
@usableFromInline
let openLogLevels = Atomic<UInt16>(.max)

/// A package name, with `::` between its components.
struct LogPackage {
  let name: String

  init(_ name: String) {
    self.name = name
  }

  /// The name without its last component; nil for a top-level package.
  ///
  /// Corresponds to Perl's `/^(.+)::/`.
  var parent: String? {
    let bytes = Array(name.utf8)
    guard bytes.count > 2 else { return nil }
    for start in stride(from: bytes.count - 2, to: 0, by: -1)
    where bytes[start] == UInt8(ascii: ":") && bytes[start + 1] == UInt8(ascii: ":") {
      return String(decoding: bytes[..<start], as: UTF8.self)
    }
    return nil
  }

  /// The context name for a Swift module: its own, or a Perl name for the modules of this package.
  static func ofModule(_ fileID: StaticString) -> String {
    let module = fileID.description.prefix { $0 != "/" }
    switch module {
    case "AnyEventMP", "AEMPC": return "AnyEvent::MP"
    default: return String(module)
    }
  }
}

extension TextDictionary<LogNode> {
  /// Makes the node of a package and those of its parents that are missing.
  mutating func makeNode(_ package: String, top: LogNode) -> LogNode {
    var missing = [package]
    var parent = top
    while let name = LogPackage(missing[missing.count - 1]).parent {
      if let node = self[name] {
        parent = node
        break
      }
      missing.append(name)
    }
    for name in missing.reversed() {
      let node = LogNode(title: name, slaves: [parent])
      self[name] = node
      parent = node
    }
    return parent
  }
}
