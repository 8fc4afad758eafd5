import AnyEventMP

/// The commands about the global database.
extension Errand {
  /// The family that maps each node to the addresses it listens on.
  static let listeners = "'l"
  /// The family of the nodes that keep the merged database.
  static let globals = "'g"

  /// `nodes`: a line a node; in JSON `{"node": "…", "binds": ["…"], "global": true}`.
  func listNodes() {
    awaited = "the list of nodes"
    db_family(Self.listeners) { listeners in
      db_family(Self.globals) { globals in
        for (id, binds) in Self.sorted(listeners) where id != self.session.node.id {
          let addresses = (binds.array ?? []).compactMap(\.string)
          let isGlobal = globals[id] != nil
          self.print(
            Self.line(id, .string(addresses.joined(separator: ","))) + (isGlobal ? "\tglobal" : ""),
            json: [
              "node": .string(id), "binds": .array(addresses.map(Value.string)),
              "global": .bool(isGlobal),
            ])
        }
        self.finish(.success)
      }
    }
  }

  /// `get`: a line a key; in JSON `{"key": "…", "value": …}`.
  func get(_ family: String) {
    awaited = "the family \(family)"
    db_family(family) { contents in
      for (key, value) in Self.sorted(contents) {
        self.print(Self.line(key, value), json: ["key": .string(key), "value": value])
      }
      self.finish(.success)
    }
  }

  /// `watch`: a line a change, all keys as added at first; in JSON
  /// `{"change": "added", "key": "…", "value": …}`.
  func watch(_ family: String) {
    awaited = "changes of the family \(family)"
    var left = options.count ?? .max
    if left == 0 { return finish(.success) }
    session.bearsLostSeeds = true
    keep(
      db_mon(family) { contents, added, changed, deleted in
        let changes: [(FamilyChange, [String])] = [
          (.added, added), (.changed, changed), (.deleted, deleted),
        ]
        for (change, keys) in changes {
          for key in keys.sorted() where left > 0 && !self.isOver {
            self.printChange(change, key, contents[key])
            left -= 1
          }
        }
        if left == 0 { self.finish(.success) }
      })
  }

  private func printChange(_ change: FamilyChange, _ key: String, _ value: Value?) {
    var json: TextDictionary<Value> = ["change": .string(change.rawValue), "key": .string(key)]
    if change != .deleted { json["value"] = value ?? .null }
    print(
      Style.paint("\(change.sign) \(Self.line(key, value ?? .null))", change.style), json: json)
  }

  private static func line(_ key: String, _ value: Value) -> Shown {
    value.isNull ? "\(key)" : "\(key)\t\(Printer.plain(value))"
  }

  private static func sorted(_ family: TextDictionary<Value>) -> [(key: String, value: Value)] {
    family.sorted { $0.key < $1.key }
  }
}

/// How a key of a family has changed.
private enum FamilyChange: String {
  case added, changed, deleted

  var sign: String {
    switch self {
    case .added: "+"
    case .changed: "~"
    case .deleted: "-"
    }
  }

  var style: Style {
    switch self {
    case .added: .good
    case .changed: .notable
    case .deleted: .bad
    }
  }
}
