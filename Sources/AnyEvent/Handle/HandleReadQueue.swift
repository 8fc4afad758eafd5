/// The requests for reading of a handle, in order.
struct HandleReadQueue {
  /// Looks at the handle's `rbuf`; true when it has had what it wants.
  typealias Request = (Handle) -> Bool

  /// Those at the front, the first one last.
  private var front: [Request] = []
  private var back: [Request] = []

  var isEmpty: Bool { front.isEmpty && back.isEmpty }

  mutating func push(_ request: @escaping Request) { back.append(request) }

  mutating func unshift(_ request: @escaping Request) { front.append(request) }

  mutating func next() -> Request? {
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
