import TestSupport
import Testing

@testable import AnyEventMP

@Suite("The ports that another node watches") struct WatchedPortsTests {
  private let home = NodeEntry(id: "n")

  private func ports(_ count: Int) -> [LocalPort] {
    (0..<count).map { LocalPort(owner: 1, home: home, name: "p\($0)") }
  }

  /// Exactly these of the ports must be in the set.
  private func expect(
    _ wanted: some Sequence<String>, of ports: [LocalPort], in set: borrowing WatchedPorts,
    at place: SourceLocation = #_sourceLocation
  ) {
    let wanted = TextSet(wanted)
    let count = set.count
    let isEmpty = set.isEmpty
    let names = set.all.map(\.name).sorted()
    let found = TextSet(ports.map { set.contains($0) ? $0.name : "" }).subtracting([""])
    #expect(count == wanted.count && isEmpty == wanted.isEmpty, sourceLocation: place)
    #expect(names == wanted.sorted() && found == wanted, sourceLocation: place)
  }

  @Test(
    "ports that come and go in any order are all found, and only those", arguments: Seeds.some(4))
  func comingAndGoing(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let ports = ports(300)
    var set = WatchedPorts()
    var wanted: TextSet = []
    for round in 0..<3000 {
      // Rounds of mostly coming and of mostly going follow each other.
      let comes = Int.random(in: 0..<10, using: &generator) < (round / 500 % 2 == 0 ? 8 : 2)
      guard let port = ports.randomElement(using: &generator) else { return }
      if comes, !set.contains(port) {
        set.insert(port)
        wanted.insert(port.name)
      } else if !comes {
        let wasThere = set.remove(port)
        #expect(wasThere == (wanted.remove(port.name) != nil))
      }
      if round % 50 == 0 { expect(wanted, of: ports, in: set) }
    }
    expect(wanted, of: ports, in: set)
    let left = set.removeAll()
    #expect(TextSet(left.map(\.name)) == wanted && left.count == wanted.count)
    expect([], of: ports, in: set)
  }

  @Test("several nodes may watch the same ports, whoever came first and whoever goes first")
  func several() {
    let ports = ports(40)
    var first = WatchedPorts()
    var second = WatchedPorts()
    for port in ports[..<30] { first.insert(port) }
    for port in ports[10...] { second.insert(port) }
    let names = ports.map(\.name)
    expect(names[..<30], of: ports, in: first)
    expect(names[10...], of: ports, in: second)
    // Gone from the first, they are still in the second.
    for isFirstTime in [true, false] {
      for port in ports[15..<20] {
        let wasThere = first.remove(port)
        #expect(wasThere == isFirstTime)
      }
    }
    expect(names[..<15] + names[20..<30], of: ports, in: first)
    expect(names[10...], of: ports, in: second)
    // All gone from the second, they are still in the first, which takes new ones.
    let left = second.removeAll()
    #expect(left.count == 30)
    expect(names[..<15] + names[20..<30], of: ports, in: first)
    for port in ports[15..<20] + ports[30...] { first.insert(port) }
    expect(names, of: ports, in: first)
    expect([], of: ports, in: second)
    for port in ports { first.remove(port) }
    expect([], of: ports, in: first)
  }

  @Test("a list that most have left gives its places to those who come")
  func places() {
    let ports = ports(2000)
    var set = WatchedPorts()
    // One stays, so that the list is never empty and starts again.
    set.insert(ports[0])
    for port in ports[1...] {
      set.insert(port)
      #expect(port.watchedPlace < 10)
      set.remove(port)
    }
    expect(["p0"], of: ports, in: set)
  }
}
