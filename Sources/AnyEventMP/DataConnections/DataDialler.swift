import AEMPWire
import AnyEvent

/// The attempt to reach one of a node's listeners with a data connection.
final class DataDialler {
  /// The most addresses of a node that are tried.
  static let maximumAddresses = 16

  private unowned let connections: DataConnections
  /// The node to be reached.
  let target: String
  private let id: String
  /// Called once, unless the attempt is cancelled.
  var done: ((Result<Handle, DataConnectionError>) -> Void)?
  private var timeLimit: TimerWatcher?
  /// The known addresses of the node; each is dialled once.
  private var addresses: [String] = []
  private var dialled = 0
  /// Whether the database has not answered yet.
  private var isSearching = true
  private var dial: Dial?
  private var lastFailure: String?

  init(_ connections: DataConnections, to target: String, id: String) {
    self.connections = connections
    self.target = target
    self.id = id
  }

  deinit { dial?.cancel() }

  func start(within seconds: Double) {
    timeLimit = connections.kernel.loop.timer(after: seconds) { [unowned self] in
      end(.failure(DataConnectionError(DataConnections.late(after: seconds))))
    }
    // The address at which the link was dialled is good, whether or not the database knows it.
    if let link = connections.peers.link(to: target), link.facts.isDialled {
      addresses = [link.address]
      dialNext()
    }
    connections.search(for: self)
  }

  /// Takes the addresses from the database.
  func found(_ binds: [String]) {
    let usable = AddressList.usable(binds, atMost: Self.maximumAddresses)
    addresses += usable.filter { !addresses.contains($0) }
    isSearching = false
    if dial == nil { dialNext() }
  }

  func cancel() {
    done = nil
    timeLimit = nil
    connections.endSearch(for: self)
    dial?.cancel()
    dial = nil
  }

  private func dialNext() {
    guard dialled < addresses.count else {
      if isSearching { return }
      return end(
        .failure(
          lastFailure.map { DataConnectionError($0) } ?? .noListeners(target)))
    }
    let dial = Dial(address: addresses[dialled], data: DialledData(id: id, node: target))
    dialled += 1
    self.dial = dial
    dial.failed = { [unowned self] failure in
      if case .unreachable(let reason) = failure { lastFailure = reason }
      self.dial = nil
      dialNext()
    }
    dial.connectedData = { [unowned self] handle in
      self.dial = nil
      end(.success(handle))
    }
    connections.peers.dial(dial)
  }

  private func end(_ result: Result<Handle, DataConnectionError>) {
    withExtendedLifetime(self) {
      let done = done
      cancel()
      connections.kernel.run { done?(result) }
    }
  }
}
