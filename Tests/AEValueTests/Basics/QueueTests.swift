import AEValue
import TestSupport
import Testing

@Suite("A queue gives its elements in the order in which they came") struct QueueTests {
  @Test("any mix of additions and takings is that of an array", arguments: Seeds.some(20))
  func mixed(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var queue = Queue<Int>()
    var array: [Int] = []
    for number in 0..<2000 {
      switch generator.number(below: 5) {
      case 0, 1:
        queue.append(number)
        array.append(number)
      case 2:
        queue.prepend(number)
        array.insert(number, at: 0)
      default:
        #expect(queue.popFirst() == (array.isEmpty ? nil : array.removeFirst()))
      }
      #expect(queue.count == array.count)
      #expect(queue.isEmpty == array.isEmpty)
      #expect(queue[0] == array.first)
      #expect(queue[array.count] == nil)
    }
    while let first = queue.popFirst() { #expect(first == array.removeFirst()) }
    #expect(array.isEmpty)
  }

  @Test("an element that was taken is kept no longer")
  func released() {
    final class Element {}
    var queue = Queue<Element>()
    for _ in 0..<3 { queue.append(Element()) }
    weak let first = queue[0]
    #expect(first != nil)
    _ = queue.popFirst()
    #expect(first == nil)
    #expect(queue.count == 2)
  }
}
