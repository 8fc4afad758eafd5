/// Elements that are taken in the order in which they came; each is moved at most once or so.
package struct Queue<Element> {
  private var elements: [Element] = []
  /// The number of elements at the front that were taken.
  private var taken = 0

  package init() {}

  package var count: Int { elements.count - taken }

  package var isEmpty: Bool { taken == elements.count }

  /// The element at a distance from the front.
  package subscript(index: Int) -> Element { elements[taken + index] }

  package mutating func append(_ element: Element) { elements.append(element) }

  /// Takes the first element; nil if there is none.
  package mutating func popFirst() -> Element? {
    guard !isEmpty else { return nil }
    let first = elements[taken]
    removeFirst(1)
    return first
  }

  /// Drops so many elements, of which there are at least as many.
  package mutating func removeFirst(_ count: Int) {
    taken += count
    // They go when they are half of the array.
    guard taken * 2 >= elements.count else { return }
    elements.removeFirst(taken)
    taken = 0
  }
}
