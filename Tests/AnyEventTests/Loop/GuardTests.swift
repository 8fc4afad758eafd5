import AnyEvent
import Testing

@Suite("Guards")
struct GuardTests {
  @Test("the block is called once, when the last reference goes")
  func called() {
    var count = 0
    var first: Guard? = Guard { count += 1 }
    var second = first
    first = nil
    #expect(second != nil)
    #expect(count == 0)
    second = nil
    #expect(count == 1)
  }

  @Test("a cancelled guard does nothing")
  func cancelled() {
    var count = 0
    do {
      let guarded = Guard { count += 1 }
      guarded.cancel()
      guarded.cancel()
    }
    #expect(count == 0)
  }
}
