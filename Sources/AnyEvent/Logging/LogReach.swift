internal import Synchronization

/// What decides which levels reach a target from a context, and the computation over all contexts.
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
  /// The least solution of "what I let pass, if I have a target; else what I let pass of what my
  /// slaves reach": sets only grow until nothing changes, so cycles do no harm.
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
