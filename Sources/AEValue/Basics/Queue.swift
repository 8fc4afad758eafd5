/// Elements that are taken in the order in which they came.
///
/// An element is released by the queue as soon as it is taken. Taking costs constant time on the whole: the places of
/// taken elements go when they are half of all.
package struct Queue<Element> {
  /// The elements, of which the first `taken` are nil.
  @usableFromInline var elements: [Element?] = []
  @usableFromInline var taken = 0

  @inlinable package init() {}

  @inlinable package var count: Int { elements.count - taken }

  @inlinable package var isEmpty: Bool { taken == elements.count }

  /// The element at a distance from the first; nil beyond the last.
  @inlinable package subscript(distance: Int) -> Element? {
    distance < count ? elements[taken + distance] : nil
  }

  @inlinable package mutating func append(_ element: Element) { elements.append(element) }

  /// Puts an element before all others.
  @inlinable package mutating func prepend(_ element: Element) {
    guard taken > 0 else { return elements.insert(element, at: 0) }
    taken -= 1
    elements[taken] = element
  }

  /// Takes the first element; nil if there is none.
  @inlinable package mutating func popFirst() -> Element? {
    guard !isEmpty else { return nil }
    let first = elements[taken]
    elements[taken] = nil
    taken += 1
    if isEmpty || taken > 64 && taken * 2 > elements.count {
      elements.removeFirst(taken)
      taken = 0
    }
    return first
  }
}
