/// An object that is in at most one ``LinkedQueue`` of its kind at a time.
protocol Linked: AnyObject {
  /// The one before it in the queue.
  var previous: Self? { get set }
  /// The one behind it.
  var next: Self? { get set }
}

/// Objects in the order in which they came, each of which can leave at once from wherever it is.
///
/// It does not keep them: somebody else must, as long as they are in it.
struct LinkedQueue<Element: Linked> {
  private var head: Unmanaged<Element>?
  private var tail: Unmanaged<Element>?

  /// The one that came first.
  var first: Element? { head?.takeUnretainedValue() }

  mutating func append(_ element: Element) {
    let last = tail?.takeUnretainedValue()
    tail = Unmanaged.passUnretained(element)
    element.previous = last
    element.next = nil
    if let last { last.next = element } else { head = tail }
  }

  mutating func remove(_ element: Element) {
    let (previous, next) = (element.previous, element.next)
    if let previous { previous.next = next } else { head = Self.reference(next) }
    if let next { next.previous = previous } else { tail = Self.reference(previous) }
    element.previous = nil
    element.next = nil
  }

  private static func reference(_ element: Element?) -> Unmanaged<Element>? {
    guard let element else { return nil }
    return Unmanaged.passUnretained(element)
  }
}
