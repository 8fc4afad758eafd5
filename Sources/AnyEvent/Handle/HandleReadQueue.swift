/// The requests for reading of a handle, in order.
///
/// They are objects: a closure that is taken out of an array and put back gets a wrapper of Swift's
/// each time, until so many call each other that the stack is full.
struct HandleReadQueue {
  /// Those at the front, the first one last.
  private var front: [HandleReadRequest] = []
  private var back: [HandleReadRequest] = []

  var isEmpty: Bool { front.isEmpty && back.isEmpty }

  /// The one that is served next.
  var first: HandleReadRequest? { front.last ?? back.first }

  mutating func push(_ request: HandleReadRequest) { back.append(request) }

  mutating func unshift(_ request: HandleReadRequest) { front.append(request) }

  mutating func next() -> HandleReadRequest? {
    if front.isEmpty {
      front = back.reversed()
      back = []
    }
    return front.popLast()
  }

  mutating func removeAll() {
    front = []
    back = []
  }
}
