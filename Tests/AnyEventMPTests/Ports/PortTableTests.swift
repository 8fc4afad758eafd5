import TestSupport
import Testing

@testable import AnyEventMP

@Suite("The table of ports") struct PortTableTests {
  private let home = NodeEntry(id: "n")

  private func port(_ name: String) -> LocalPort { LocalPort(owner: 1, home: home, name: name) }

  @Test("what was put in is found by its name, by text and by bytes, and nothing else is")
  func findsByName() {
    var table = PortTable()
    let names = ["b", "c", "aa", "", "grün", "x#y", String(repeating: "q", count: 300), "12345678"]
    let ports = names.map(port)
    for port in ports { table.insert(port) }
    for (name, port) in zip(names, ports) {
      #expect(table.find(name) === port)
      #expect(Array(name.utf8).withUnsafeBytes { table.find($0) } === port)
    }
    for name in ["a", "bb", "B", "123456789", "1234567", "x"] { #expect(table.find(name) == nil) }
    #expect(table.count == names.count)
    #expect(table.all.count == names.count)
  }

  @Test(
    "thousands of random operations leave it as they leave a dictionary", arguments: Seeds.some(4))
  func againstDictionary(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var table = PortTable()
    var model: [String: LocalPort] = [:]
    // Grows to thousands, shrinks to nothing, grows again: through all resizes in both directions.
    for phase in 0..<6 {
      let isGrowing = phase % 2 == 0
      for _ in 0..<3000 {
        let name = "p\(Int.random(in: 0..<2500, using: &random))"
        let removes = Int.random(in: 0..<10, using: &random) < (isGrowing ? 2 : 9)
        if let old = model[name] {
          if removes {
            if Bool.random(using: &random) {
              table.remove(old)
            } else if Array(name.utf8).withUnsafeBytes({ table.take($0) }) !== old {
              Issue.record("\(name) was not handed out, seed \(seed)")
            }
            model[name] = nil
          }
        } else if !removes {
          let new = port(name)
          table.insert(new)
          model[name] = new
        }
        if table.find(name) !== model[name] { Issue.record("\(name) differs, seed \(seed)") }
      }
      #expect(table.count == model.count)
      for number in 0..<2500 where table.find("p\(number)") !== model["p\(number)"] {
        Issue.record("p\(number) differs, seed \(seed), phase \(phase)")
      }
      #expect(Set(table.all.map(\.name)) == Set(model.keys))
    }
  }

  @Test("entries that pushed each other aside are found after one of them is removed")
  func collidingNames() {
    // Sixteen slots, twelve entries: the probe sequences overlap whatever the key of the hash.
    for round in 0..<200 {
      var table = PortTable()
      let ports = (0..<12).map { port("r\(round)-\($0)") }
      for port in ports { table.insert(port) }
      for (index, gone) in ports.enumerated() {
        table.remove(gone)
        #expect(table.find(gone.name) == nil)
        for rest in ports[(index + 1)...] where table.find(rest.name) !== rest {
          Issue.record("\(rest.name) was lost when \(gone.name) went")
        }
      }
      #expect(table.count == 0)
    }
  }

  @Test("removing is by the object: another one of the same name stays")
  func removesTheObject() {
    var table = PortTable()
    let stays = port("same")
    table.insert(stays)
    table.remove(port("same"))
    table.remove(port("other"))
    #expect(table.find("same") === stays)
    #expect(table.count == 1)
  }

  @Test("the table lets go of what is removed, and of everything when it goes itself")
  func releases() {
    weak var removed: LocalPort?
    weak var kept: LocalPort?
    do {
      var table = PortTable()
      for name in ["a", "b"] { table.insert(port(name)) }
      removed = table.find("a")
      kept = table.find("b")
      if let port = table.find("a") { table.remove(port) }
      #expect(removed == nil)
      #expect(kept != nil)
    }
    #expect(kept == nil)
  }
}
