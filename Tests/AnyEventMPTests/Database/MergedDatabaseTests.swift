import AEValue
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("merging the databases of many owners")
struct MergedDatabaseTests {
  private func database(ours: [String] = ["a", "b"], theirs: [String] = ["x"]) -> MergedDatabase {
    var database = MergedDatabase(limits: DatabaseLimits())
    for owner in ours { database.add(owner: owner, isOurs: true) }
    for owner in theirs { database.add(owner: owner, isOurs: false) }
    return database
  }

  private func update(
    _ database: inout MergedDatabase, _ owner: String, _ set: TextDictionary<Value>,
    _ deleted: [String] = []
  ) -> DatabaseChanges {
    var changes = DatabaseChanges()
    database.update(owner: owner, family: "f", set: set, deleted: deleted, into: &changes)
    return changes
  }

  @Test("the greatest canonical encoding shows, whatever the order of arrival")
  func greatestShows() {
    for order in [["a", "b"], ["b", "a"]] {
      var database = database()
      let values: TextDictionary<Value> = ["a": 10, "b": "text"]
      for owner in order { _ = update(&database, owner, ["k": values[owner] ?? .null]) }
      check(database.value("f", "k") == "text")
      check(database.count(of: "f") == 1)
    }
  }

  @Test("a key deleted by one owner shows the value of the other")
  func deletedShowsOther() {
    var database = database()
    _ = update(&database, "a", ["k": 1])
    _ = update(&database, "b", ["k": 2])
    let changes = update(&database, "b", [:], ["k"])
    check(changes.all == ["f": FamilyChange(set: ["k": 1])])
    check(changes.ours == ["f": FamilyChange(set: ["k": 1])])
    check(update(&database, "a", [:], ["k"]).all == ["f": FamilyChange(deleted: ["k"])])
    check(database.contents(of: "f").isEmpty)
  }

  @Test(
    "the size that is kept is the size of what shows, whatever is set and deleted",
    arguments: Seeds.some(1))
  func size(seed: UInt64) {
    var database = database()
    let limits = DatabaseLimits()
    var random = SeededGenerator(seed: seed)
    for step in 0..<400 {
      let owner = random.pick(["a", "b", "x"])
      let key = "key\(random.number(below: 12))"
      let value = Value.string(String(repeating: "v", count: step % 50))
      if random.number(below: 3) == 0 {
        _ = update(&database, owner, [:], [key])
      } else {
        _ = update(&database, owner, [key: value])
      }
      if step % 100 == 99 {
        var changes = DatabaseChanges()
        database.removeAtOnce(owner: owner, into: &changes)
        database.add(owner: owner, isOurs: owner != "x")
      }
      var expected = FamilySize()
      for (key, value) in database.contents(of: "f") {
        expected.add(key: limits.size(of: key), entry: limits.size(of: key, value))
      }
      check(database.size(of: "f") == expected)
    }
    for owner in ["a", "b", "x"] {
      var changes = DatabaseChanges()
      database.removeAtOnce(owner: owner, into: &changes)
    }
    check(database.isEmpty)
  }

  @Test("an owner holds no more than its quota, and all no more than the database may take")
  func bounds() {
    var limits = DatabaseLimits()
    let entry = limits.size(of: "key0", 1)
    let family = EntryWriter.size(ofFamily: "f", limits)
    limits.maximumDatabase = 2 * family + 5 * entry
    var database = MergedDatabase(limits: limits)
    for owner in ["a", "b"] { database.add(owner: owner, isOurs: true) }
    var changes = DatabaseChanges()
    func set(_ owner: String, _ keys: Range<Int>, _ value: Value = 1) -> Int {
      var set: TextDictionary<Value> = [:]
      for key in keys { set["key\(key)"] = value }
      return database.update(
        owner: owner, family: "f", set: set, deleted: [], quota: family + 3 * entry, into: &changes
      ).refused
    }
    check(set("a", 0..<9) == 6 && database.weight == family + 3 * entry)
    // What replaces something takes no more than that.
    let kept = database.keys(of: "f").map { Int($0.dropFirst(3)) ?? 0 }
    for key in kept { check(set("a", key..<key + 1, 2) == 0) }
    check(set("a", kept[0]..<kept[0] + 1, "longer than a number can be") == 1)
    check(set("b", 0..<9) == 7 && database.weight == 2 * family + 5 * entry)
    database.removeAtOnce(owner: "a", into: &changes)
    check(database.weight == family + 2 * entry && set("b", 0..<9) == 6)
    // Who comes back finds the room that it had, before what it held is erased.
    database.retire(owner: "b")
    database.add(owner: "b", isOurs: true)
    check(database.count(of: "f") == 3 && database.weight == 0 && set("b", 0..<9) == 6)
    // Somebody who has no bound leaves no room, but for what takes none.
    database.add(owner: "own", isOurs: true)
    database.update(
      owner: "own", family: "f",
      set: ["own": .string(String(repeating: "x", count: family + 10 * entry))],
      deleted: [], into: &changes)
    let held = database.keys(of: "f").filter { $0 != "own" }.map { Int($0.dropFirst(3)) ?? 0 }
    check(held.count { set("b", $0..<$0 + 1, 3) == 0 } == 3)
    database.removeAtOnce(owner: "own", into: &changes)
    database.removeAtOnce(owner: "b", into: &changes)
    check(database.isEmpty)
  }

  @Test("a family takes of the quota as well, so that names alone are bounded")
  func familiesAreBounded() {
    var limits = DatabaseLimits()
    limits.maximumDatabase = 1 << 20
    var database = MergedDatabase(limits: limits)
    database.add(owner: "a", isOurs: true)
    var changes = DatabaseChanges()
    func refused(_ family: String, deleted: [String] = []) -> Int {
      database.update(
        owner: "a", family: family, set: deleted.isEmpty ? ["": 0] : [:], deleted: deleted,
        quota: limits.maximumDatabase, into: &changes
      ).refused
    }
    let kept = (0..<2000).count { refused("family\($0)") == 0 }
    check(900 < kept && kept < 1100 && database.weight <= limits.maximumDatabase)
    check(database.familyNames.count == kept)
    // One that is empty takes nothing any more.
    let name = database.familyNames[0]
    check(refused("another") == 1 && refused(name, deleted: [""]) == 0 && refused("another") == 0)
    database.removeAtOnce(owner: "a", into: &changes)
    check(database.isEmpty)
  }

  @Test("a conflict costs what the smaller value costs, and another's change behind it nothing")
  func conflicts() {
    var database = database(ours: ["a", "b", "c"])
    // Each look at it would take some milliseconds.
    let large = Value.array(
      Array(repeating: .bytes(Array(repeating: 0xff, count: 16)), count: 200_000))
    for owner in ["a", "x"] { _ = update(&database, owner, ["k": large]) }
    for number in 0..<20_000 {
      check(update(&database, "b", ["k": .int(number)]).isEmpty)
      if number % 2 == 0 { check(update(&database, "b", [:], ["k"]).isEmpty) }
      // What shows goes from one to the other and back.
      check(update(&database, "c", ["k": ["a": 1]]).all["f"]?.set["k"] == ["a": 1])
      check(update(&database, "c", [:], ["k"]).all["f"]?.set.count == 1)
    }
  }

  @Test("the first who went is erased first, and what is left of all is counted")
  func retiredWeight() {
    var database = database(ours: ["a", "b", "c"])
    var changes = DatabaseChanges()
    for owner in ["a", "b", "c"] {
      for family in ["f", "g"] {
        database.update(
          owner: owner, family: family, set: [owner: 1, "all": .string(owner)], deleted: [],
          into: &changes)
      }
    }
    let all = database.weight
    for owner in ["b", "a"] { database.retire(owner: owner) }
    check(database.weight == all / 3 && database.retiredWeight == 2 * (all / 3))
    database.add(owner: "b", isOurs: true)
    database.retire(owner: "c")
    var gone: [String] = []
    var last = database.retiredWeight
    while database.hasRetired {
      let step = database.sweep(share: 1, into: &changes)
      check(step.cost > 0 && database.retiredWeight < last)
      last = database.retiredWeight
      if let name = step.gone { gone.append(name) }
    }
    check(gone == ["b", "a", "c"] && database.weight == 0)
    for owner in ["b", "x"] { database.removeAtOnce(owner: owner, into: &changes) }
    check(database.isEmpty)
  }

  @Test("what a change takes is known without a look at its values", arguments: Seeds.some(1))
  func changeSizes(seed: UInt64) {
    var database = database()
    let limits = DatabaseLimits()
    var random = SeededGenerator(seed: seed)
    for _ in 0..<300 {
      let owner = random.pick(["a", "b", "x"])
      let key = "key\(random.number(below: 5))"
      let changes =
        random.number(below: 3) == 0
        ? update(&database, owner, [:], [key])
        : update(&database, owner, [key: .int(random.number(below: 1000))])
      for change in [changes.all["f"], changes.ours["f"]].compactMap({ $0 }) {
        var unknown = change
        unknown.size = nil
        check(change.size != nil)
        check(limits.packetSize(of: change, in: "f") == limits.packetSize(of: unknown, in: "f"))
      }
    }
  }

  @Test("what does not show changes nothing")
  func hiddenChange() {
    var database = database()
    _ = update(&database, "a", ["k": 5])
    check(update(&database, "b", ["k": 1]).isEmpty)
    check(update(&database, "b", [:], ["k", "never"]).isEmpty)
    check(update(&database, "a", ["k": 5]).isEmpty)
    check(update(&database, "stranger", ["k": 9]).isEmpty)
  }

  @Test("null is a value like any other")
  func nullIsAValue() {
    var database = database()
    check(update(&database, "a", ["k": .null]).all == ["f": FamilyChange(set: ["k": .null])])
    check(database.contents(of: "f") == ["k": .null])
    check(update(&database, "a", [:], ["k"]).ours == ["f": FamilyChange(deleted: ["k"])])
  }

  @Test("the others get what is ours even where theirs is greater")
  func viewsDiffer() {
    var database = database()
    _ = update(&database, "x", ["k": 9])
    let changes = update(&database, "a", ["k": 3])
    check(changes.all.isEmpty)
    check(changes.ours == ["f": FamilyChange(set: ["k": 3])])
    check(database.contentsOfOurs("f") == ["k": 3] && database.valueOfOurs("f", "k") == 3)
    check(database.contents(of: "f") == ["k": 9])
  }

  @Test("of several changes of a key in one operation the last counts")
  func changesAddUp() {
    var database = database()
    var changes = DatabaseChanges()
    func update(_ set: TextDictionary<Value>, _ deleted: [String]) {
      database.update(owner: "a", family: "f", set: set, deleted: deleted, into: &changes)
    }
    update(["set": 1, "twice": 1, "deleted": 1], [])
    update(["twice": 2], ["deleted"])
    for view in [changes.all, changes.ours] {
      check(view == ["f": FamilyChange(set: ["set": 1, "twice": 2], deleted: ["deleted"])])
    }
    update(["deleted": 3], ["set", "twice"])
    let wanted = FamilyChange(set: ["deleted": 3], deleted: ["set", "twice"])
    for view in [changes.all, changes.ours] { check(view == ["f": wanted]) }
  }

  @Test("random operations agree with a plain merge", arguments: Seeds.some(40))
  func agreesWithModel(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let owners = ["a", "b", "c", "x", "y"]
    var database = database(ours: ["a", "b", "c"], theirs: ["x", "y"])
    var model: TextDictionary<TextDictionary<Value>> = [:]
    var shown: TextDictionary<Value> = [:]
    for _ in 0..<400 {
      let owner = generator.pick(owners)
      let key = "k\(generator.number(below: 8))"
      var changes = DatabaseChanges()
      switch generator.number(below: 12) {
      case 0:
        database.removeAtOnce(owner: owner, into: &changes)
        database.add(owner: owner, isOurs: owner < "x")
        model[owner] = nil
      case 1..<5:
        changes = update(&database, owner, [:], [key])
        model[owner]?[key] = nil
      default:
        let value: Value = generator.pick([.null, 1, 2, "s", [1], ["h": 1], 0.5, true])
        changes = update(&database, owner, [key: value])
        model[owner, default: [:]][key] = value
      }
      let change = changes.all["f"] ?? FamilyChange()
      for (key, value) in change.set { shown[key] = value }
      for key in change.deleted { shown.removeValue(forKey: key) }
      let wanted = merge(model)
      check(database.contents(of: "f") == wanted, "seed \(seed)")
      check(shown == wanted, "seed \(seed)")
      check(
        database.contentsOfOurs("f") == merge(model.filter { $0.key < "x" }),
        "seed \(seed)")
    }
    var changes = DatabaseChanges()
    for owner in owners { database.removeAtOnce(owner: owner, into: &changes) }
    check(database.isEmpty)
  }

  private func merge(_ model: TextDictionary<TextDictionary<Value>>) -> TextDictionary<Value> {
    var merged: TextDictionary<Value> = [:]
    for entries in model.values {
      merged.merge(entries) { ValueOrder.isGreater($0, $1) ? $0 : $1 }
    }
    return merged
  }

  @Test("setting one key of many writes in place: no table is copied")
  func writesInPlace() {
    var database = database()
    var many: TextDictionary<Value> = [:]
    for index in 0..<5000 { many["key\(index)"] = .int(index) }
    _ = update(&database, "a", many)
    // What was handed out before is no part of the tables.
    let contents = database.contents(of: "f")
    let ours = database.contentsOfOurs("f")
    let before = storage(of: database)
    for index in 0..<100 { _ = update(&database, "a", ["key\(index)": "other"]) }
    check(storage(of: database) == before)
    check(contents.count == 5000 && ours.count == 5000)
  }

  /// Where the merged table of the family is in memory.
  private func storage(of database: MergedDatabase) -> UInt {
    let families = Mirror(reflecting: database).descendant("families")
    guard let family = (families as? TextDictionary<MergedFamily>)?["f"] else { return 0 }
    return unsafeBitCast(family, to: UInt.self)
  }

  @Test("owners and families that came and went take no room")
  func noRoomForThePast() {
    var database = database()
    for round in 0..<100 {
      var changes = DatabaseChanges()
      database.add(owner: "guest\(round)", isOurs: true)
      for owner in ["a", "guest\(round)"] {
        for deleted in [[], ["k"]] {
          database.update(
            owner: owner, family: "family\(round)", set: deleted.isEmpty ? ["k": 1] : [:],
            deleted: deleted, into: &changes)
        }
      }
      database.removeAtOnce(owner: "guest\(round)", into: &changes)
    }
    let held = Mirror(reflecting: database).descendant("held") as? [TextDictionary<TextSet>]
    check(held == [[:], [:], [:], [:]])
  }

  @Test("an entry is no larger than its value and its owner")
  func entriesAreSmall() {
    check(MemoryLayout<MergedEntry>.stride <= MemoryLayout<Value>.stride + 8)
  }
}

extension MergedDatabase {
  /// The owner is gone, and all that it held.
  fileprivate mutating func removeAtOnce(owner: String, into changes: inout DatabaseChanges) {
    retire(owner: owner)
    while hasRetired { _ = sweep(share: 100, into: &changes) }
  }
}
