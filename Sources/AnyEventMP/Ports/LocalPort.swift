/// A port of this node: its callbacks and its monitors.
///
/// A million idle ports are a supported way of working: a field more is eight megabytes more. So the
/// first tag's callback lives in the object and all others in a further one.
@usableFromInline
final class LocalPort: PortRef {
  @usableFromInline
  enum State: UInt8 {
    /// Takes messages.
    case alive
    /// `kil` was called: only messages sent before it are still delivered.
    case dying
    /// Gone from the table of ports; only port ids may still hold it.
    case dead
  }

  @exclusivity(unchecked) @usableFromInline var state = State.alive
  /// Whether a message without a callback is ignored instead of killing the port.
  @exclusivity(unchecked) var ignoresUnhandled = false
  @exclusivity(unchecked) private var marks: Marks = []
  /// Where the port is in the ``WatchedPorts`` of the first node that monitors it.
  @exclusivity(unchecked) var watchedPlace = LocalPort.noPlace
  let home: NodeEntry
  /// nil: there is no first callback.
  @exclusivity(unchecked) @usableFromInline private(set) var tagOfFirst: String?
  /// Valid while ``tagOfFirst`` is there; not an optional, which costs a count of references more at each call.
  @exclusivity(unchecked) @usableFromInline private(set) var firstHandler = FirstHandler(.none)
  @exclusivity(unchecked) private var further: FurtherHandlers?
  @exclusivity(unchecked) var monitors: MonitorList?

  /// The place of a port that no list has placed.
  static var noPlace: UInt32 { .max }

  /// Two rarely used flags, in the last byte that was free.
  private struct Marks: OptionSet {
    let rawValue: UInt8

    static let received = Marks(rawValue: 1)
    static let dependent = Marks(rawValue: 2)
  }

  /// Whether `rcv` was called for the port: a spawned port exists only if its function does so.
  var hasReceived: Bool {
    get { marks.contains(.received) }
    set { if newValue { marks.insert(.received) } else { marks.remove(.received) } }
  }

  /// Whether a monitor kills the port: its death is expected, so that it is logged at the debug level.
  var diesOfMonitor: Bool {
    get { marks.contains(.dependent) }
    set { if newValue { marks.insert(.dependent) } else { marks.remove(.dependent) } }
  }

  /// The node that monitors the port, if that is its only monitor; not retained.
  @inline(__always)
  var soleWatcher: Unmanaged<NodeEntry>? {
    if case .node(let entry)? = monitors { .passUnretained(entry) } else { nil }
  }

  init(owner: UInt32, home: NodeEntry, name: String) {
    self.home = home
    super.init(owner: owner, kind: .local, name: name)
  }

  override var nodeID: String { home.id }

  /// Whether ``firstHandler`` is for messages that start with `tag`.
  @inline(__always)
  func isFirst(_ tag: String) -> Bool { if let tagOfFirst { tagOfFirst == tag } else { false } }

  /// Whether ``firstHandler`` is for messages that start with `tag`, as far as two words tell: short strings are
  /// held in them, and of long ones they are the address.
  ///
  /// It never says yes for another tag; no may only mean that the same text is held elsewhere.
  @inlinable @inline(__always)
  func isSurelyFirst(_ tag: String) -> Bool { tag.isSameObject(as: tagOfFirst) }

  /// The callback for messages whose tag has none.
  var fallback: Handler? {
    get { further?.fallback }
    set {
      guard newValue != nil || further != nil else { return }
      let handlers = further ?? FurtherHandlers()
      further = handlers
      // The old callback goes last: its release may run code of the program.
      let old = handlers.fallback
      handlers.fallback = newValue
      handlers.resident?.fallbackWasSet()
      dropFurther(handlers)
      withExtendedLifetime(old) {}
    }
  }

  /// The object that lives with the port: it has the port's mailbox and tasks.
  var resident: (any PortResident)? {
    get { further?.resident }
    set {
      let handlers = further ?? FurtherHandlers()
      further = handlers
      handlers.resident = newValue
    }
  }

  /// The callback for messages that start with `tag`.
  func handler(for tag: String) -> Handler? {
    if isFirst(tag) { return firstHandler.handler }
    return further?.byTag[tag]
  }

  /// Sets or (`nil`) removes the callback for `tag`, and hands out the one that was there: it may be running.
  func setHandler(_ handler: Handler?, for tag: String) -> Handler? {
    if tagOfFirst == nil || isFirst(tag) {
      let old = firstHandler.handler
      tagOfFirst = handler == nil ? nil : tag
      firstHandler = FirstHandler(handler ?? .none)
      remove(furtherTag: tag)
      return old
    } else if let handler {
      let handlers = further ?? FurtherHandlers()
      further = handlers
      return handlers.byTag.updateValue(handler, forKey: tag)
    } else {
      remove(furtherTag: tag)
      return nil
    }
  }

  /// The callback of the first tag, to be kept while it may be running.
  var handlerOfFirst: Handler { firstHandler.handler }

  private func remove(furtherTag tag: String) {
    guard let handlers = further else { return }
    // The old callback goes last: its release may run code of the program.
    let old = handlers.byTag.removeValue(forKey: tag)
    dropFurther(handlers)
    withExtendedLifetime(old) {}
  }

  private func dropFurther(_ handlers: FurtherHandlers) {
    if handlers.fallback == nil, handlers.byTag.isEmpty, handlers.resident == nil { further = nil }
  }

  /// Drops everything that the program gave the port, and hands out its monitors.
  ///
  /// The callbacks go after the port is marked dead: releasing them may run code of the program.
  @inline(__always)
  func die() -> MonitorList? {
    state = .dead
    let watching = monitors.take()
    tagOfFirst = nil
    firstHandler = FirstHandler(.none)
    if let further { end(further) }
    return watching
  }

  @inline(never)
  private func end(_ handlers: FurtherHandlers) {
    further = nil
    handlers.resident?.portDied()
  }
}

/// An object that lives with a port, and is told of its death.
protocol PortResident: AnyObject {
  /// The port has got another callback for messages whose tag has none, or lost it.
  func fallbackWasSet()

  /// The port is dead: its callbacks are gone, and its monitors are told after this.
  func portDied()
}

/// The callbacks of a port behind that of its first tag, which few ports have.
private final class FurtherHandlers {
  /// The callback for messages whose tag has none.
  @exclusivity(unchecked) var fallback: Handler?
  @exclusivity(unchecked) var byTag: TextDictionary<Handler> = [:]
  @exclusivity(unchecked) var resident: (any PortResident)?
}

/// A port that was taken out of the table of ports, to die at once.
///
/// It holds the table's reference until the monitors are told; it is the last one if the program has dropped
/// the port id. A value that cannot be copied releases it once.
struct DyingPort: ~Copyable {
  private let port: Unmanaged<LocalPort>

  fileprivate init(_ port: Unmanaged<LocalPort>) { self.port = port }

  deinit { port.release() }

  /// Ends the port, and has `tell` inform its monitors.
  @inline(__always)
  consuming func die(_ tell: (MonitorList?) -> Void) {
    tell(port._withUnsafeGuaranteedRef { $0.die() })
  }
}

extension PortTable {
  /// Takes a port out of the table; nil when it is dead already.
  @inline(__always)
  mutating func takeDying(_ port: LocalPort) -> DyingPort? {
    guard port.state != .dead else { return nil }
    return take(port).map { DyingPort($0) }
  }
}

/// Counts the names of new ports up, as Perl's `++` counts strings: from "z" to "aa".
struct PortCounter {
  private var digits: [UInt8] = [UInt8(ascii: "a")]

  /// The next name; the first one is "b".
  mutating func next() -> String {
    var index = digits.count - 1
    while index >= 0 {
      if digits[index] < UInt8(ascii: "z") {
        digits[index] += 1
        return String(decoding: digits, as: UTF8.self)
      }
      digits[index] = UInt8(ascii: "a")
      index -= 1
    }
    digits.insert(UInt8(ascii: "a"), at: 0)
    return String(decoding: digits, as: UTF8.self)
  }
}
