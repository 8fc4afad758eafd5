import AnyEvent
import AnyEventMP
import Testing

@Suite("Messages") struct MessageTests {
  @Test("no position traps, whatever was sent")
  func positions() {
    let message: Message = ["tag", 1, 2]
    #expect(message[0] == "tag" && message[2] == 2)
    #expect(message[3].isNull && message[-1].isNull)
    #expect(message[1...] == [1, 2])
    #expect(message[3...] == [] && message[4...] == [] && Message()[1...] == [])
    #expect(message[(-1)...] == message)
  }
}
