import Testing

@testable import aemp

@Suite("The layout of a topology") struct TopologyLayoutTests {
  /// Networks of many shapes, by name.
  static let shapes: [(String, Topology)] =
    [0, 1, 2, 3, 15, 43, 44, 59, 99].map { ("star \($0)", SampleNetwork.star($0)) }
    + [
      (2, 0, 0), (2, 1, 0), (2, 7, 3), (3, 4, 3), (4, 14, 10), (5, 19, 20), (15, 1, 0), (40, 0, 0),
    ]
    .map { ("hubs \($0)", SampleNetwork.hubs($0.0, each: $0.1, talking: $0.2)) }
    + [2, 3, 8, 16, 30].map { ("mesh \($0)", SampleNetwork.mesh($0, global: false)) } + [
      ("uneven", SampleNetwork.uneven()), ("mixed", SampleNetwork.mixed()),
      ("nothing", Topology()), ("no links", Topology(starts: (0..<9).map { "n/\($0)" })),
      (
        "long names", Topology(starts: (0..<5).map { String(repeating: "x", count: 500) + "\($0)" })
      ),
    ]

  @Test(
    "no two nodes touch, nor does what is written at links, and everything is within the bounds")
  func apart() {
    for (name, topology) in Self.shapes {
      let layout = TopologyLayout(topology)
      let boxes = layout.boxes.map(\.frame)
      let labels = layout.lines.compactMap { $0.label?.frame }
      #expect(boxes.count == topology.nodes.count && layout.lines.count == topology.links.count)
      let all = boxes + labels
      for (index, frame) in all.enumerated() {
        for other in all[..<index] where frame.overlaps(other) {
          Issue.record("\(name): \(frame) covers \(other)")
        }
      }
      let bounds = layout.bounds
      let isWithin = all.allSatisfy { frame in
        frame.left >= bounds.left - 1e-6 && frame.right <= bounds.right + 1e-6
          && frame.top >= bounds.top - 1e-6 && frame.bottom <= bounds.bottom + 1e-6
          && frame.width < 400
      }
      #expect(isWithin, "\(name)")
    }
  }

  @Test("up to 16 nodes nearly everything is written, in a picture that fits a large screen")
  func sixteen() {
    for topology in [
      SampleNetwork.star(15), SampleNetwork.hubs(2, each: 7, talking: 2),
      SampleNetwork.hubs(4, each: 3), SampleNetwork.mesh(16, global: true),
    ] {
      let layout = TopologyLayout(topology)
      #expect(layout.unlabelled * 20 <= topology.links.count)
      #expect(layout.bounds.width < 1600 && layout.bounds.height < 1000)
    }
    #expect(TopologyLayout(SampleNetwork.star(15)).unlabelled == 0)
    #expect(TopologyLayout(SampleNetwork.hubs(4, each: 3)).unlabelled == 0)
  }

  @Test("a line ends at the boxes of its nodes")
  func ends() {
    for (_, topology) in Self.shapes {
      let layout = TopologyLayout(topology)
      let frames = Dictionary(
        uniqueKeysWithValues: layout.boxes.map { ($0.node.id, $0.frame) })
      for line in layout.lines {
        for (id, point) in [(line.link.pair.a, line.from), (line.link.pair.b, line.to)] {
          let spot = Rectangle(center: point, width: 0, height: 0)
          if frames[id]?.overlaps(spot, margin: 0.001) != true { Issue.record("\(id): \(point)") }
        }
      }
    }
  }

  @Test("the global nodes are inside, the others outside, each on the side of its master")
  func sides() throws {
    let layout = TopologyLayout(SampleNetwork.hubs(4, each: 5))
    let places = Dictionary(
      uniqueKeysWithValues: layout.boxes.map { ($0.node.id, $0.frame.center) })
    for box in layout.boxes {
      guard let master = box.node.master, master != box.node.id else { continue }
      let hub = try #require(places[master])
      let own = box.frame.center
      #expect((own.x < 0) == (hub.x < 0) && abs(own.x) > abs(hub.x))
    }
    let star = TopologyLayout(SampleNetwork.star(10))
    #expect(star.boxes.first?.node.id == "seed/1")
    #expect(star.boxes.first?.frame.center == Point(x: 0, y: 0))
  }

  @Test("the layout is the same in whatever order the answers came")
  func determined() throws {
    let ids = (0..<12).map { "n/\($0)" }
    var pictures: TextSet = []
    for order in [ids, ids.reversed(), Array(ids[5...] + ids[..<5])] {
      var topology = Topology()
      for id in order {
        let others = ids.filter { $0 != id && ($0 == "n/3" || id == "n/3") }
        topology.told(
          try #require(SampleNetwork.status(id, global: id == "n/3", connections: others)), by: id)
      }
      pictures.insert(SVGWriter(topology).text)
    }
    #expect(pictures.count == 1)
  }

  @Test("a network that is larger than one can read is drawn all the same, and soon")
  func large() {
    let layout = TopologyLayout(SampleNetwork.mesh(60, global: true))
    #expect(layout.lines.count == 1770 && layout.unlabelled == 1770)
    #expect(TopologyLayout(SampleNetwork.star(600)).boxes.count == 601)
  }
}
