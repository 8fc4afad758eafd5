import AnyEvent
import Testing

@testable import AnyEventMP

@Suite("Log lines about peers") struct PeerLogTests {
  @Test("what was left out is told, also of trouble that began later than another")
  func summaries() {
    let log = LogCollector.shared
    let first = TestName.next("first")
    let second = TestName.next("second")
    withLoop(manualTime: 1000) { test in
      let peerLog = PeerLog(loop: test.loop)
      func trouble(with subject: String) {
        for _ in 0..<12 {
          peerLog.log(.warn, in: Log.transport, "trouble", similarTo: subject)
        }
      }
      trouble(with: first)
      test.loop.advance(by: 30)
      trouble(with: second)
      test.loop.advance(by: 31)
      #expect(log.lines(with: first) == ["\(first): suppressed 2 similar messages"])
      #expect(log.lines(with: second).isEmpty)
      test.loop.advance(by: 60)
      #expect(log.lines(with: second) == ["\(second): suppressed 2 similar messages"])
      peerLog.stop()
    }
  }
}
