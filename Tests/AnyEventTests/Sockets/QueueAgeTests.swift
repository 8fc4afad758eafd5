import Testing

@testable import AnyEvent

@Suite("The age of what waits") struct QueueAgeTests {
  @Test("a byte is as old as the first note of it")
  func ages() {
    var age = QueueAge()
    #expect(age.oldest(after: 0, at: 5) == 0)
    age.note(end: 100, sent: 0, at: 10)
    age.note(end: 100, sent: 0, at: 11)
    age.note(end: 200, sent: 0, at: 12)
    #expect(age.oldest(after: 0, at: 15) == 5)
    #expect(age.oldest(after: 99, at: 15) == 5)
    #expect(age.oldest(after: 100, at: 15) == 3)
    #expect(age.oldest(after: 200, at: 15) == 0)
    #expect(age.oldest(after: 0, at: 1) == 0)
  }

  @Test("many notes take little memory, keep the age of the first byte, and never make one older")
  func bound() {
    var age = QueueAge()
    for step in 1...10_000 { age.note(end: UInt64(step), sent: 0, at: Double(step)) }
    #expect(age.oldest(after: 0, at: 10_000) == 9999)
    for step in stride(from: 0, to: 10_000, by: 7) {
      let trueAge = 10_000 - Double(step + 1)
      #expect(age.oldest(after: UInt64(step), at: 10_000) <= trueAge)
    }
    age.note(end: 10_000, sent: 10_000, at: 10_001)
    #expect(age.oldest(after: 10_000, at: 10_001) == 0)
  }
}
