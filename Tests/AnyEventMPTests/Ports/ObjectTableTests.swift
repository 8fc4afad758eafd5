import TestSupport
import Testing

@testable import AnyEventMP

@Suite("Tables of objects") struct ObjectTableTests {
  private final class Thing {}

  /// All objects start in the same slot: so the distances become too large to be noted.
  private enum SameHash: TableKey {
    static func hash(of element: Thing, seed: UInt64) -> UInt64 { 5 }
  }

  @Test(
    "objects that all have the same hash are found and removed, hundreds of slots away",
    arguments: Seeds.some(1))
  func sameHash(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var table = ObjectTable<SameHash>()
    func isThere(_ thing: Thing, in table: borrowing ObjectTable<SameHash>) -> Bool {
      table.find(hash: 5) { $0.toOpaque() == Unmanaged.passUnretained(thing).toOpaque() } === thing
    }
    var things = (0..<600).map { _ in Thing() }
    for thing in things { table.insert(thing) }
    for thing in things where !isThere(thing, in: table) { Issue.record("not found") }
    things.shuffle(using: &random)
    while let gone = things.popLast() {
      let wasThere = table.remove(gone)
      #expect(wasThere)
      let isLeft = isThere(gone, in: table)
      #expect(!isLeft)
      if things.count % 50 == 0 {
        for thing in things where !isThere(thing, in: table) { Issue.record("lost") }
      }
    }
    #expect(table.count == 0)
  }

  @Test("a set of objects is what a set of their identities is", arguments: Seeds.some(4))
  func againstSet(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let things = (0..<2500).map { _ in Thing() }
    var table = IdentityTable<Thing>()
    var model: Set<Int> = []
    for phase in 0..<6 {
      let removals = phase % 2 == 0 ? 2 : 9
      for _ in 0..<4000 {
        let index = Int.random(in: 0..<things.count, using: &random)
        if Int.random(in: 0..<10, using: &random) < removals {
          let wasThere = table.remove(things[index])
          if wasThere != (model.remove(index) != nil) { Issue.record("\(index) differs") }
        } else if model.insert(index).inserted {
          table.insert(things[index])
        }
        if table.contains(things[index]) != model.contains(index) { Issue.record("\(index)") }
      }
      #expect(table.count == model.count)
      let all = Set(table.all.map { ObjectIdentifier($0) })
      #expect(all == Set(model.map { ObjectIdentifier(things[$0]) }))
    }
  }

  /// Hashes of which some are the same, so that searches take many steps, but not too many to be noted.
  private enum CloseHash: TableKey {
    static func hash(of element: Numbered, seed: UInt64) -> UInt64 {
      UInt64(element.number / 3 * 2)
    }
  }

  private final class Numbered {
    let number: Int

    init(_ number: Int) { self.number = number }
  }

  @Test("removals of many at once and single ones leave the same objects", arguments: Seeds.some(4))
  func many(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let things = (0..<1500).map { Numbered($0) }
    var table = ObjectTable<CloseHash>()
    var model: Set<Int> = []
    for phase in 0..<8 {
      let removals = phase % 2 == 0 ? 2 : 9
      for step in 0..<4000 {
        let thing = things[Int.random(in: 0..<things.count, using: &random)]
        let hash = CloseHash.hash(of: thing, seed: 0)
        func isIt(_ other: Unmanaged<Numbered>) -> Bool { other.takeUnretainedValue() === thing }
        if Int.random(in: 0..<10, using: &random) < removals {
          let isThere: Bool
          switch step % 3 {
          case 0: isThere = table.remove(thing)
          case 1: isThere = table.takeOfMany(hash: hash, isIt) === thing
          default:
            isThere = table.takeOfMany(.passUnretained(thing), hash: hash)
            if isThere { Unmanaged.passUnretained(thing).release() }
          }
          if isThere != (model.remove(thing.number) != nil) { Issue.record("\(thing.number)") }
        } else if model.insert(thing.number).inserted {
          table.insert(thing)
        }
        let isFound = table.find(hash: hash, isIt) != nil
        if isFound != model.contains(thing.number) { Issue.record("\(thing.number) differs") }
      }
      #expect(table.count == model.count && table.count * 2 <= table.capacity)
      #expect(Set(table.all.map(\.number)) == model)
    }
  }

  @Test("a table whose objects leave as many of many stays as small as what is in it")
  func manyWithoutEnd() {
    var table = IdentityTable<Thing>()
    var things: [Thing] = []
    for round in 0..<20_000 {
      let thing = Thing()
      table.insert(thing)
      things.append(thing)
      guard round >= 100 else { continue }
      let gone = things[round - 100]
      let wasThere = table.takeOfMany(
        .passUnretained(gone), hash: IdentityKey<Thing>.hash(of: gone, seed: table.seed))
      if wasThere { Unmanaged.passUnretained(gone).release() } else { Issue.record("\(round)") }
    }
    #expect(table.count == 100 && table.capacity <= 1024)
  }

  @Test("a table that ran empty gives its memory back, in few steps")
  func shrinking() {
    let things = (0..<10_000).map { _ in Thing() }
    var table = IdentityTable<Thing>()
    #expect(table.capacity == 0)
    for thing in things { table.insert(thing) }
    var capacities: Set<Int> = []
    for thing in things {
      table.remove(thing)
      capacities.insert(table.capacity)
      #expect(table.count * 2 <= table.capacity)
    }
    #expect(table.capacity <= 64)
    #expect(capacities.count < 8)
  }

  @Test("what is emptied at once is handed out, and the table can be used again")
  func removeAll() {
    weak var thing: Thing?
    var table = IdentityTable<Thing>()
    do {
      let made = Thing()
      thing = made
      table.insert(made)
    }
    #expect(thing != nil)
    do {
      let all = table.removeAll()
      #expect(table.count == 0 && all.count == 1 && all.first === thing)
      table.insert(all[0])
    }
    #expect(thing != nil)
    _ = table.removeAll()
    #expect(thing == nil)
  }

  @Test("names that were counted up lie near each other, and none far from its place")
  func countedNames() {
    var counter = PortCounter()
    var homes: [UInt64] = []
    for _ in 0..<5000 {
      let name = Array(("Abcdefghi" + counter.next()).utf8)
      homes.append(name.withUnsafeBytes { NameHash.hash($0, 77) })
    }
    let lines = zip(homes, homes.dropFirst()).count { $0 >> 3 == $1 >> 3 }
    #expect(lines > 4000, "of eight neighbours seven share a line with the one before")
    #expect(Set(homes).count == homes.count)
    #expect(Set(homes.map { $0 & 0xfff }).count > 2000)
  }
}
