import AnyEventMP
import Testing

@testable import AEMPTool

@Suite("The lines of top") struct TopViewTests {
  private func model(_ count: Int = 3) throws -> TopModel {
    var model = TopModel()
    for number in 1...count {
      let id = "node/\(number < 10 ? "0" : "")\(number)"
      model.take(
        SampleReports.told(
          try SampleReports.status(
            id, digest: number == 1 ? "d" : nil,
            queues: [("node/01", number == 2 ? 2_000_000 : 0, number == 2 ? 61 : 0)])), at: 1)
    }
    return model
  }

  @Test("every line fits into the window, whatever its size, and there are not more than fit")
  func sizes() throws {
    var model = try model(30)
    model.take(SampleReports.silent(String(repeating: "long", count: 100)), at: 1)
    for width in [0, 1, 2, 10, 80, 300] {
      for height in [0, 1, 2, 3, 4, 24, 100] {
        for key in ["n", "l", "?", "?"] {
          _ = model.press(.character(Character(key)))
          let lines = TopView(width: width, height: height).lines(&model)
          #expect(lines.count <= height && lines.allSatisfy { $0.text.count <= width })
        }
      }
    }
  }

  @Test("the head sums up, the header marks the column that is sorted by, rows tell what is wrong")
  func content() throws {
    var model = try model()
    model.take(SampleReports.silent("node/03"), at: 2)
    let lines = TopView(width: 200, height: 10).lines(&model)
    #expect(
      lines[0].text
        == "aemp top: 3 nodes, 1 silent, 1 links, 0 messages/s, 0 bytes/s, 4.0M bytes wait"
        || lines[0].text.hasPrefix("aemp top: 3 nodes, 1 silent, "), "\(lines[0])")
    #expect(lines[2].text.hasPrefix("NODE*") && lines[2].look == .header)
    #expect(lines.count == 6)
    #expect(lines[3].text.hasPrefix("node/01  global") && lines[3].look == .plain)
    #expect(lines[4].text.contains("2.0M  1 min 1 s") && lines[4].look == .notable)
    #expect(lines[5].text.contains("silent") && lines[5].look == .bad)
  }

  @Test("rows are scrolled, never further than to the last one")
  func scrolling() throws {
    var model = try model(30)
    let view = TopView(width: 80, height: 13)
    func first() -> String { String(view.lines(&model)[3].text.prefix(7)) }
    #expect(first() == "node/01")
    _ = model.press(.down)
    #expect(first() == "node/02")
    _ = model.press(.pageDown)
    #expect(first() == "node/12")
    _ = model.press(.end)
    #expect(first() == "node/21")
    _ = model.press(.up)
    #expect(first() == "node/20")
    _ = model.press(.home)
    _ = model.press(.up)
    #expect(first() == "node/01")
    for _ in 0..<9 { _ = model.press(.pageDown) }
    _ = model.press(.character("/"))
    _ = model.press(.character("3"))
    #expect(first() == "node/03")
  }

  @Test("what nodes call themselves has no effect on the terminal")
  func legible() throws {
    var model = TopModel()
    let evil = "\u{1b}[2J\u{7}\n"
    model.take(
      SampleReports.told(
        try SampleReports.status(evil, version: evil, queues: [(evil, 1, 0)])), at: 1)
    for table in ["n", "l"] {
      _ = model.press(.character(Character(table)))
      for line in TopView(width: 300, height: 10).lines(&model) {
        #expect(line.text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f })
      }
    }
    #expect(TopView.plain(model).allSatisfy { !$0.contains("\u{1b}") })
  }

  @Test("without a screen both tables are whole")
  func plain() throws {
    var model = try model()
    let long = String(repeating: "x", count: 300)
    model.take(SampleReports.silent(long), at: 1)
    let lines = TopView.plain(model)
    #expect(lines.count == 10 && lines[0].hasPrefix("NODE ") && lines[5] == "")
    #expect(lines[4].hasPrefix(long) && lines[6].hasPrefix("FROM"))
  }
}
