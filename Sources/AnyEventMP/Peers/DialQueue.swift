import AnyEvent

/// The dials under way, whose number is limited, and the dials that wait for their turn.
///
/// Other nodes can name any number of addresses to dial, so the limit leaves descriptors for
/// incoming connections. A dial is under way from its first packet until it has failed or its
/// connection is closed, that is, as long as the object exists.
final class DialQueue {
  /// Whether a dial waits or is under way.
  enum Turn {
    case none
    case waiting(DialQueue, isUrgent: Bool)
    case underWay(DialQueue)
  }

  /// The most dials that may be under way at a time.
  private var limit: Int { limits.dials }
  private(set) var underWay = 0
  private(set) var waiting = 0
  /// Dials of seeds, and dials for which messages or monitors wait: they go first.
  private var urgent = LinkedQueue<Dial>()
  private var others = LinkedQueue<Dial>()
  private let limits: NodeLimits
  private let kernel: Reference<Kernel>
  private let start: (Dial) -> Void
  private var isStartScheduled = false
  private var isStopped = false

  /// A queue that begins each dial by calling `start`.
  init(_ kernel: Kernel, limits: NodeLimits, start: @escaping (Dial) -> Void) {
    self.kernel = kernel.reference
    self.limits = limits
    self.start = start
  }

  /// Begins a dial or lets it wait; the caller retains it.
  func add(_ dial: Dial, isUrgent: Bool) {
    guard case .none = dial.turn else { return }
    if underWay < limit { return begin(dial) }
    dial.turn = .waiting(self, isUrgent: isUrgent)
    waiting += 1
    if isUrgent { urgent.append(dial) } else { others.append(dial) }
  }

  /// Moves a waiting dial to the urgent ones, because messages wait for its node now.
  func hurry(_ dial: Dial) {
    guard case .waiting(_, isUrgent: false) = dial.turn else { return }
    others.remove(dial)
    urgent.append(dial)
    dial.turn = .waiting(self, isUrgent: true)
  }

  /// Begins dials that waited, if there may be more now.
  func limitChanged() {
    if underWay < limit { scheduleStart() }
  }

  /// Keeps the waiting dials from ever beginning.
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

  /// Begins the next dial from the loop, because the last reference to the ended one may go at any point of the code.
  fileprivate func ended() {
    underWay -= 1
    scheduleStart()
  }

  private func scheduleStart() {
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
  /// Leaves the queue, or makes room for the next dial.
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
  /// The object before it in the queue.
  var previous: Self? { get set }
  /// The object behind it in the queue.
  var next: Self? { get set }
}

/// Objects in the order in which they were added; each can leave from any position in constant time.
///
/// The queue does not retain its objects: their owner must take them out before it drops them.
struct LinkedQueue<Element: Linked> {
  private var head: Unmanaged<Element>?
  private var tail: Unmanaged<Element>?

  /// The object that was added first.
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
