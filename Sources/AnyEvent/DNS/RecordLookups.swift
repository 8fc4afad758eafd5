internal import AEValue

/// Asks for records of names, so many at once, by search lists and along chains of aliases.
final class RecordLookups: LoopResident {
  /// A question for records, and the records that are taken as an answer.
  struct Wanted {
    var name: String
    var type: String
    /// The domains to be put behind the name, in turn; nil for the resolver's list.
    var search: [String]?
    /// The types that are given out; nil for the one that is asked for.
    var accept: [String]?
    var `class`: String
  }

  /// The longest chain of aliases that is followed.
  private static let longestChain = 10

  let resolver: Resolver
  private unowned(unsafe) let loop: Loop
  /// How many questions may be under way; further ones wait.
  var limit: Int {
    didSet { goOn() }
  }
  private var underWay = 0
  /// The questions that wait, in the order in which they came.
  private var waiting = Queue<NameQuery>()
  private var slotWaiters = Queue<() -> Void>()

  init(_ resolver: Resolver, on loop: Loop, limit: Int) {
    self.resolver = resolver
    self.loop = loop
    self.limit = limit
  }

  func loopCloses() {
    let held = (waiting, slotWaiters)
    waiting = Queue()
    slotWaiters = Queue()
    withExtendedLifetime(held) {}
  }

  /// Sends a message of one's own; `done` gets the answer, or nil.
  func request(_ message: [UInt8], _ done: @escaping (DNSMessage?) -> Void) {
    put({ $0.send(message, $1) }) { done((try? $0.get()).flatMap { DNSMessage($0) }) }
  }

  /// Calls `ready` when a question would not have to wait.
  func waitForSlot(_ ready: @escaping () -> Void) {
    guard loop.state == .open else { return }
    loop.keep(self)
    slotWaiters.append(ready)
    loop.postpone { [weak self] in self?.goOn() }
  }

  /// Finds records; `done` gets none if there are none, or no server answers.
  func find(_ wanted: Wanted, _ done: @escaping ([DNSRecord]) -> Void) {
    guard let type = DNSNames.types.number(wanted.type),
      let `class` = DNSNames.classes.number(wanted.class)
    else { return loop.postpone { done([]) } }
    let accept = wanted.accept ?? [DNSNames.types.name(type)]
    let lookup = Lookup(
      type: type, class: `class`,
      accept: accept.compactMap { DNSNames.types.number($0).map(DNSNames.types.name) }, done: done)
    guard let search = wanted.search else {
      return ask(lookup, wanted.name, isSearched: true, then: [])
    }
    let names =
      wanted.name.hasSuffix(".")
      ? [wanted.name] : search.map { $0.isEmpty ? wanted.name : wanted.name + "." + $0 }
    guard let first = names.first else { return loop.postpone { done([]) } }
    ask(lookup, first, isSearched: false, then: names.dropFirst())
  }

  private struct Lookup {
    let type: UInt16
    let `class`: UInt16
    let accept: [String]
    let done: ([DNSRecord]) -> Void
    /// The number of aliases that were followed.
    var aliases = 0

    func accepts(_ record: DNSRecord) -> Bool {
      accept.contains(record.type) || accept.contains("*")
    }
  }

  private func ask(
    _ lookup: Lookup, _ name: String, isSearched: Bool, then others: ArraySlice<String>
  ) {
    put({ $0.ask(name, class: lookup.class, type: lookup.type, isSearched: isSearched, $1) }) {
      [self] result in
      switch result {
      case .success(let bytes):
        guard let message = DNSMessage(bytes), let name = message.qd.first?.name else {
          return lookup.done([])
        }
        follow(lookup, name, in: message)
      case .failure(let failure):
        guard failure.isAbsence, let next = others.first else { return lookup.done([]) }
        ask(lookup, next, isSearched: false, then: others.dropFirst())
      }
    }
  }

  /// Gives out the records of a name in an answer, or goes on with the name of which it is an alias.
  private func follow(_ lookup: Lookup, _ first: String, in message: DNSMessage) {
    var lookup = lookup
    var name = first.lowercased()
    // The records are grouped once, since each alias would have thousands of records compared.
    let records = Dictionary(grouping: message.an) { Text($0.name.lowercased()) }
    while true {
      let own = records[Text(name)] ?? []
      let found = own.filter(lookup.accepts)
      if !found.isEmpty { return lookup.done(found) }
      guard let alias = own.first(where: { $0.type == "cname" }),
        lookup.aliases < Self.longestChain
      else {
        // The server said no more than the alias.
        guard own.isEmpty, lookup.aliases > 0, name != first.lowercased() else {
          return lookup.done([])
        }
        return ask(lookup, name, isSearched: false, then: [])
      }
      lookup.aliases += 1
      name = alias.target.lowercased()
    }
  }

  private func put(
    _ question:
      @escaping (
        NameChannel, _ done: @escaping (Result<[UInt8], NameFailure>) -> Void
      ) -> Void,
    _ done: @escaping (Result<[UInt8], NameFailure>) -> Void
  ) {
    guard loop.state == .open else { return }
    // The loop closes the objects that it keeps: without that, questions and lookups would keep each other.
    loop.keep(self)
    waiting.append(
      NameQuery(question) { [self] result in
        underWay -= 1
        done(result)
        goOn()
      })
    goOn()
  }

  /// Asks as many of the waiting questions as may be under way, then serves the calls that wait for a slot.
  private func goOn() {
    guard loop.state == .open else { return }
    while underWay < max(limit, 1), let next = waiting.popFirst() {
      underWay += 1
      resolver.start(next)
    }
    // A call that waits again in its callback is served in a later iteration.
    for _ in 0..<slotWaiters.count where underWay < max(limit, 1) && waiting.isEmpty {
      slotWaiters.popFirst()?()
    }
    if underWay == 0, waiting.isEmpty, slotWaiters.isEmpty { loop.release(self) }
  }
}
