package import AnyEvent
public import AnyEventMP

/// A machine of a ``SimulatedNetwork`` with one address and one node.
public final class SimulatedHost {
  /// The node id.
  public let name: String
  /// The address on which the node listens, `host:port`, which other nodes may have as a seed.
  public let address: String
  /// Whether the machine is switched off: it sends nothing, and everything that arrives is lost.
  public internal(set) var isDown = false
  /// The node, a new one after each restart; nil while there is none.
  public internal(set) var node: Node?
  /// The number of bytes that have arrived here.
  public internal(set) var arrivedBytes = 0
  /// The number of nodes that have run here.
  public internal(set) var incarnation = 0

  /// The loop of the node: that of the network, or its own, which can be blocked.
  let loop: Loop
  let index: Int
  let arguments: ConfigurationArguments
  /// Whether the process is being killed: the last output of its node is lost.
  var losesOutput = false
  private unowned let network: SimulatedNetwork
  private var listener: SimulatedListener?
  /// The time (ns) until which a callback blocks the loop; nil when none does.
  private(set) var blockedUntil: UInt64?
  /// The jobs that wait for the end of that.
  private var parked: [() -> Void] = []

  init(
    name: String, address: String, index: Int, arguments: ConfigurationArguments, loop: Loop,
    network: SimulatedNetwork
  ) {
    self.name = name
    self.address = address
    self.index = index
    self.arguments = arguments
    self.loop = loop
    self.network = network
  }

  /// Whether the node has a loop of its own.
  var hasOwnLoop: Bool { loop !== network.loop }

  /// Runs a job of the node on its loop, now or when the loop is not blocked any more.
  func enter(_ job: @escaping () -> Void) {
    guard hasOwnLoop else { return job() }
    if blockedUntil != nil { return parked.append(job) }
    loop.advance(toNanoseconds: network.loop.manualTime)
    job()
    loop.advance(by: 0)
  }

  /// Whether a callback blocks the loop.
  public var isBlocked: Bool { blockedUntil != nil }

  func block(until time: UInt64) { blockedUntil = max(blockedUntil ?? 0, time) }

  /// Lets the loop go on: due timers come first, then the jobs that waited.
  func unblock() {
    blockedUntil = nil
    loop.stall(toNanoseconds: network.loop.manualTime)
    let arrivals = loop.timer(after: 0) { [unowned self] in
      let jobs = parked
      parked = []
      for job in jobs { job() }
    }
    loop.advance(by: 0)
    withExtendedLifetime(arrivals) {}
  }

  /// Forgets the jobs that wait for a blocked loop, because the network is closed: they have connections, which have
  /// this host.
  func forgetJobs() {
    let jobs = parked
    parked = []
    withExtendedLifetime(jobs) {}
  }

  /// Takes a connection from another host; false when the node does not listen.
  func accept(_ stream: StreamConnection, from other: SimulatedHost) -> Bool {
    guard let listener, !isDown else { return false }
    listener.accepted(stream, other.address)
    return true
  }

  var isListening: Bool { listener != nil && !isDown }

  fileprivate func stopped(_ listener: SimulatedListener) {
    if self.listener === listener { self.listener = nil }
  }
}

extension SimulatedHost: NodeNetwork {
  package func listen(
    on host: String, port: UInt16, makeRoom: @escaping () -> Bool,
    accepted: @escaping (StreamConnection, String) -> Void
  ) throws -> any NodeListener {
    guard format_hostport(host, String(port)) == address, listener == nil else {
      throw SocketError(code: 0, "cannot bind to \(host):\(port): this host has only \(address)")
    }
    let listener = SimulatedListener(host: self, accepted)
    self.listener = listener
    return listener
  }

  package func connect(
    to host: String, port: String, timeLimit: Double,
    _ done: @escaping (Result<(StreamConnection, String), SocketError>) -> Void
  ) -> Guard {
    let address = format_hostport(host, port)
    let attempt = ConnectionAttempt(
      network: network, from: self, address: address, timeLimit: timeLimit, done)
    return Guard { attempt.cancel() }
  }
}

/// The listener of a simulated node.
private final class SimulatedListener: NodeListener {
  private let host: SimulatedHost
  let accepted: (StreamConnection, String) -> Void

  init(host: SimulatedHost, _ accepted: @escaping (StreamConnection, String) -> Void) {
    self.host = host
    self.accepted = accepted
  }

  var address: String { host.address }

  func close() { host.stopped(self) }
}
