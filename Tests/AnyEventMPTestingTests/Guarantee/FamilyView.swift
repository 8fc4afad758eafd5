import AnyEventMP

/// What one node shows of one family, and whether it told each change of it rightly.
final class FamilyView {
  let family: String
  private(set) var contents: TextDictionary<Value> = [:]
  private(set) var isTold = false
  private let report: (String) -> Void
  /// Ends it.
  private var end: Subscription?

  init(of family: String, on node: Node, report: @escaping (String) -> Void) {
    self.family = family
    self.report = report
    end = node.database[family].monitor { [unowned self] family, added, changed, deleted in
      update(to: family, added, changed, deleted)
    }
  }

  /// Does not want to be told any more.
  func cancel() {
    end?.cancel()
    end = nil
  }

  private func update(
    to family: TextDictionary<Value>, _ added: [String], _ changed: [String], _ deleted: [String]
  ) {
    if end == nil { complain("told after its end") }
    let before = contents
    contents = family
    isTold = true
    for key in added where before[key] != nil { complain("\(key) was added, but was there") }
    for key in changed where before[key] == nil { complain("\(key) changed, but was not there") }
    for key in changed where before[key] == family[key] {
      complain("\(key) changed, but has its old value")
    }
    for key in deleted where before[key] == nil { complain("\(key) deleted, but was not there") }
    for key in deleted where family[key] != nil { complain("\(key) deleted, but is there") }
    let told = TextSet(added + changed + deleted)
    if told.count != added.count + changed.count + deleted.count { complain("a key told twice") }
    for (key, value) in family where before[key] != value && !told.contains(key) {
      complain("\(key) changed without a word")
    }
    for key in before.keys where family[key] == nil && !told.contains(key) {
      complain("\(key) went without a word")
    }
  }

  private func complain(_ text: String) { report("family \(family): \(text)") }
}
