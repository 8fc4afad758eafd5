import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("Log lines about peers") struct PeerLogTests {
  @Test("what was left out is told, also of trouble that began later than another")
  func summaries() {
    let log = LogCollector.shared
    let first = TestName.next("first")
    let second = TestName.next("second")
    withLoop(manualTime: 1000) { loop in
      let peerLog = PeerLog(loop: loop, limits: NodeLimits())
      func trouble(with subject: String) {
        for _ in 0..<12 {
          peerLog.log(.warn, in: Log.transport, "trouble", similarTo: subject)
        }
      }
      trouble(with: first)
      loop.advance(by: 30)
      trouble(with: second)
      loop.advance(by: 31)
      #expect(log.lines(with: first) == ["\(first): suppressed 2 similar messages"])
      #expect(log.lines(with: second).isEmpty)
      loop.advance(by: 60)
      #expect(log.lines(with: second) == ["\(second): suppressed 2 similar messages"])
      peerLog.stop()
    }
  }

  @Test("how many similar lines are logged can be set")
  func lines() {
    let log = LogCollector.shared
    let subject = TestName.next("subject")
    withLoop(manualTime: 1000) { loop in
      let limits = NodeLimits()
      let peerLog = PeerLog(loop: loop, limits: limits)
      limits.logLines = 3
      peerLog.limitChanged()
      for _ in 0..<12 {
        peerLog.log(.warn, in: Log.transport, "trouble with \(subject)", similarTo: subject)
      }
      #expect(log.lines(with: "trouble with \(subject)").count == 3)
      loop.advance(by: 61)
      #expect(log.lines(with: "\(subject): suppressed 9 similar").count == 1)
      peerLog.stop()
    }
  }
}
