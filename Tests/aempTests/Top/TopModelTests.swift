import AnyEventMP
import Testing

@testable import AEMPTool

@Suite("The state of top") struct TopModelTests {
  private func press(_ text: String, _ model: inout TopModel) {
    for character in text { _ = model.press(.character(character)) }
  }

  /// Three nodes that were asked twice, a second apart.
  private func network() throws -> TopModel {
    var model = TopModel()
    for (time, factor) in [(10.0, 1), (11.0, 2)] {
      for (index, id) in ["a", "b", "c"].enumerated() {
        let sent = [30, 10, 20][index] * factor
        let queue = [(node: id == "a" ? "b" : "a", bytes: index * 1000, age: Double(index))]
        model.take(
          SampleReports.told(
            try SampleReports.status(
              id, sent: sent, received: sent, uptime: 100 + time, blocked: time / 2, queues: queue)),
          at: time)
      }
    }
    return model
  }

  @Test("rates are the growth of counts between two answers of one run")
  func rates() throws {
    var model = try network()
    let rates = try #require(model.nodes["a"]?.rates)
    #expect(rates.messagesOut == 30 && rates.messages == 60 && rates.bytes == 600)
    #expect(model.nodes["a"]?.blockedShare == 0.5)
    #expect(model.links["a"]?.first?.rates?.messagesOut == 30)
    // It has started anew: less than before is no rate.
    model.take(SampleReports.told(try SampleReports.status("a", sent: 5, uptime: 1)), at: 12)
    #expect(model.nodes["a"]?.rates == nil && model.nodes["a"]?.blockedShare == nil)
    let none = NodeStatus.Traffic(messageValue: [:])
    let most = NodeStatus.Traffic(
      messageValue: ["messages_in": .int(.max), "messages_out": .int(.max)])
    #expect(TopRates(none, most, seconds: 1)?.messages.isFinite == true)
    #expect(TopRates(none, none, seconds: 0) == nil && TopRates(most, none, seconds: 1) == nil)
  }

  @Test("a node that does not answer keeps what it has said last, and is forgotten once it is gone")
  func silent() throws {
    var model = try network()
    model.take(SampleReports.silent("b"), at: 12)
    #expect(model.nodes["b"]?.isSilent == true && model.nodes["b"]?.status != nil)
    #expect(model.nodes["b"]?.rates == nil && model.links["b"] == nil)
    #expect(model.forget(listed: ["a", "c"], at: 20) == [])
    #expect(model.forget(listed: ["a", "b", "c"], at: 90) == [])
    #expect(model.forget(listed: ["a", "c"], at: 90) == ["b"])
    #expect(model.nodes["b"] == nil)
  }

  @Test("keys sort by each column, and reverse the order")
  func sorting() throws {
    var model = try network()
    #expect(model.shownNodes.map(\.id) == ["a", "b", "c"])
    press("ss", &model)
    #expect(model.shownNodes.map(\.id) == ["a", "c", "b"])
    press("r", &model)
    #expect(model.shownNodes.map(\.id) == ["b", "c", "a"])
    press("rSS", &model)
    #expect(model.sorting.nodes == 0)
    press("<", &model)
    #expect(model.sorting.nodes == TopColumn.nodes.count - 1)
    press(String(repeating: ">", count: TopColumn.nodes.count + 1), &model)
    #expect(model.sorting.nodes == 0)
    press("lssssss", &model)
    #expect(model.sorting.nodes == 0 && model.shownLinks.map(\.node) == ["c", "b", "a"])
  }

  @Test("a filter is typed, shown, kept and cleared")
  func filter() throws {
    var model = try network()
    press("/q", &model)
    #expect(model.isTyping && model.filter == "q" && model.shownNodes.isEmpty)
    _ = model.press(.backspace)
    press("b", &model)
    #expect(model.press(.enter) == false && !model.isTyping)
    #expect(model.shownNodes.map(\.id) == ["b"])
    // A link is shown if one of its ends is.
    #expect(model.shownLinks.map(\.node) == ["a", "b"])
    _ = model.press(.escape)
    #expect(model.filter == "" && model.shownNodes.count == 3)
    press("/" + String(repeating: "x", count: 1000), &model)
    #expect(model.filter.count == 200)
    #expect(model.press(.escape) == false && model.filter == "" && !model.isTyping)
  }

  @Test("a pause takes no answers, and q ends it")
  func pause() throws {
    var model = try network()
    press("p", &model)
    model.take(SampleReports.silent("b"), at: 12)
    #expect(model.nodes["b"]?.isSilent == false && model.isPaused)
    _ = model.press(.character(" "))
    #expect(!model.isPaused && model.press(.character("q")))
  }

  @Test("bytes become keys, and sequences that nobody knows become none")
  func keys() {
    #expect(TopKey.keys(Array("q/é".utf8)) == [.character("q"), .character("/"), .character("é")])
    #expect(
      TopKey.keys(Array("\u{1b}[A\u{1b}OB\u{1b}[5~\u{1b}[6~\u{1b}[1;5H\u{1b}[F".utf8)) == [
        .up, .down, .pageUp, .pageDown, .home, .end,
      ])
    #expect(TopKey.keys([0x1b]) == [.escape] && TopKey.keys([0x1b, 0x5b]) == [])
    #expect(TopKey.keys([0x0d, 0x7f, 0x09, 0x01]) == [.enter, .backspace, .tab])
    #expect(TopKey.keys(Array("\u{1b}[200~x".utf8)) == [.character("x")])
    for byte in UInt8.min...UInt8.max {
      _ = TopKey.keys([byte])
      _ = TopKey.keys([0x1b, 0x5b, byte])
      _ = TopKey.keys([0x1b, 0x5b, 0x3b, byte, byte])
    }
  }
}
