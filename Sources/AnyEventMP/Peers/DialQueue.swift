import AnyEvent

/// The dials under way, which are limited, and those that wait until one of them has ended.
///
/// Other members tell us whom to dial, by the thousand if they want to: what is dialled at a time must
/// leave descriptors to those who come to us. A dial is under way from its first packet until it has
/// failed or has become a connection: as long as somebody holds the object.
final class DialQueue {
  /// Whether a dial waits or is under way.
  enum Turn {
    case none
    case waiting(DialQueue, isUrgent: Bool)
    case underWay(DialQueue)
  }

  /// How many may be under way at a time.
  private var limit: Int { limits.dials }
  private(set) var underWay = 0
  private(set) var waiting = 0
  /// Dials of seeds and those for which messages or monitors wait: they go first.
  private var urgent = LinkedQueue<Dial>()
  private var others = LinkedQueue<Dial>()
  private let limits: NodeLimits
  private let kernel: Reference<Kernel>
  private let start: (Dial) -> Void
  private var isStartScheduled = false
  private var isStopped = false

  /// A queue whose dials are begun by `start`.
  init(_ kernel: Kernel, limits: NodeLimits, start: @escaping (Dial) -> Void) {
    self.kernel = kernel.reference
    self.limits = limits
    self.start = start
  }

  /// Begins a dial, or lets it wait; whoever wants it holds it.
  func add(_ dial: Dial, isUrgent: Bool) {
    guard case .none = dial.turn else { return }
    if underWay < limit { return begin(dial) }
    dial.turn = .waiting(self, isUrgent: isUrgent)
    waiting += 1
    if isUrgent { urgent.append(dial) } else { others.append(dial) }
  }

  /// Messages wait for this one now.
  func hurry(_ dial: Dial) {
    guard case .waiting(_, isUrgent: false) = dial.turn else { return }
    others.remove(dial)
    urgent.append(dial)
    dial.turn = .waiting(self, isUrgent: true)
  }

  /// None of those that wait is begun any more.
  func stop() { isStopped = true }

  private func begin(_ dial: Dial) {
    dial.turn = .underWay(self)
    underWay += 1
    dial.started?()
    start(dial)
  }

  fileprivate func left(_ dial: Dial, isUrgent: Bool) {
    waiting -= 1
    if isUrgent { urgent.remove(dial) } else { others.remove(dial) }
  }

  /// From the loop, since the last reference may go in the middle of anything.
  fileprivate func ended() {
    underWay -= 1
    guard waiting > 0, !isStartScheduled, let kernel = kernel.object else { return }
    isStartScheduled = true
    kernel.defer(.job { [self] in startWaiting() })
  }

  private func startWaiting() {
    isStartScheduled = false
    if isStopped { return }
    while underWay < limit, let dial = urgent.first ?? others.first {
      dial.leaveQueue()
      begin(dial)
    }
  }
}

extension Dial {
  /// Gives up its turn.
  func leaveQueue() {
    let before = turn
    turn = .none
    switch before {
    case .none: break
    case .waiting(let queue, let isUrgent): queue.left(self, isUrgent: isUrgent)
    case .underWay(let queue): queue.ended()
    }
  }
}

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
