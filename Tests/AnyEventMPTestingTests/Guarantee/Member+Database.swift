import AnyEventMP

extension Member {
  func set(_ family: String, _ key: String, _ value: Value) {
    guard let node else { return }
    local[family, default: [:]][key] = value
    node.database[family].set(key, to: value)
  }

  func delete(_ family: String, _ keys: [String]) {
    guard let node else { return }
    for key in keys { local[family]?[key] = nil }
    node.database[family].remove(keys)
  }

  /// Registers a port as long as it lives, or until it is taken back.
  func register(_ receiver: Receiver) {
    guard let node, registrations[receiver.id] == nil else { return }
    let key = receiver.id
    local["ports", default: [:]][key] = .null
    registrations[key] = node.database["ports"].register(PortID(key))
    node.monitor(PortID(key)) { [unowned self] _ in
      local["ports"]?[key] = nil
      registrations[key] = nil
    }
  }

  /// Takes the registration of a port back that lives on.
  func unregister(_ key: String) {
    local["ports"]?[key] = nil
    registrations.removeValue(forKey: key)?.cancel()
  }

  /// Asks a question, which must be answered once, sooner or later.
  func query(_ question: Question, _ family: String, _ check: ((Value) -> Void)? = nil) {
    guard let node else { return }
    openQueries += 1
    var isAnswered = false
    question.ask(node.database[family]) { [unowned self] answer in
      if isAnswered { report("a query was answered twice") }
      isAnswered = true
      openQueries -= 1
      check?(answer)
    }
  }

  /// Compares what this node shows with what all together have set.
  func checkDatabase(_ expected: TextDictionary<TextDictionary<Value>>) {
    for view in views {
      let wanted = expected[view.family] ?? [:]
      if !view.isTold {
        report("was never told what family \(view.family) holds")
      } else if view.contents != wanted {
        report("family \(view.family) is \(view.contents) instead of \(wanted)")
      }
      query(.family, view.family) { [unowned self] answer in
        if answer != .hash(wanted) {
          report("a query of \(view.family) answers \(answer) instead of \(wanted)")
        }
      }
      compare(.keys, view.family, wanted.keys.map { .string($0) })
      compare(.values, view.family, Array(wanted.values))
    }
  }

  /// Asks for a list, whose order does not matter.
  private func compare(_ kind: Question, _ family: String, _ wanted: [Value]) {
    func sorted(_ values: [Value]) -> [Value] {
      values.sorted { CBOREncoding.canonicallyPrecedes($0, $1) }
    }
    query(kind, family) { [unowned self] answer in
      guard case .array(let values) = answer, sorted(values) == sorted(wanted) else {
        return report("\(kind) of \(family) answers \(answer) instead of \(wanted)")
      }
    }
  }
}

/// What can be asked of a family.
enum Question {
  case family, keys, values

  func ask(_ family: DatabaseFamily, _ callback: @escaping (Value) -> Void) {
    switch self {
    case .family: family.contents { callback(.hash($0)) }
    case .keys: family.keys { callback(.array($0.map { .string($0) })) }
    case .values: family.values { callback(.array($0)) }
    }
  }
}
