import AEMPWire
import AEValue
public import AnyEvent
import AnyEventMP

/// Nodes in one process, on virtual time, connected by a network with faults on command.
///
/// Nothing real is involved: no socket, no clock, no randomness but the seed's. So an hour passes
/// in a moment, and a run with the same seed and the same calls is repeated exactly.
///
///     let network = SimulatedNetwork(seed: 1)
///     defer { network.close() }
///     let server = try network.addHost("server")
///     let client = try network.addHost("client", seeds: [server])
///     var got: [Int] = []
///     let p = try #require(server.node).run { port() }
///     server.node?.run { rcv(p, "number") { (n: Int) in got.append(n) } }
///     client.node?.run { snd(p.id, "number", 1) }
///     network.run(for: 5)
///     network.partition([server], [client])
///     network.run(for: 60)
///     network.heal()
///     network.run(for: 60)
///
/// Everything happens on the calling thread, inside ``run(for:)``. A program whose messages depend
/// on the order of dictionaries and sets should set the environment variable
/// `SWIFT_DETERMINISTIC_HASHING=1`; otherwise Swift's own random hashing makes runs differ.
public final class SimulatedNetwork {
  /// The seed that determines the run.
  public let seed: UInt64
  /// The loop of all nodes without a loop of their own, on manual time.
  public let loop: Loop
  /// Runs tasks on the network's loop, in virtual time; see ``run(within:_:)``.
  public let executor: any TaskExecutor
  /// The hosts, in the order in which they were added.
  public private(set) var hosts: [SimulatedHost] = []
  /// Random numbers for decisions of the test, determined by the seed.
  public var random: SeededRandom

  /// A number that equal runs share: made from time, path and size of everything that has arrived.
  public private(set) var fingerprint: UInt64 = 0
  /// The number of bytes that have arrived on all connections.
  public private(set) var arrivedBytes = 0
  /// The number of pieces that have arrived on all connections: what was written at once, or a part of it.
  public private(set) var arrivals = 0

  private let origin: SeededRandom
  private let conditions: LinkConditions
  private var paths: [[Path?]] = []
  private var connections: [UInt64: Connection] = [:]
  private var serial: UInt64 = 0

  /// A network without hosts.
  ///
  /// Without a seed it takes the environment variable `AE_SEED`, or makes a seed; it
  /// prints this seed, so that a failing run can be repeated.
  ///
  /// - Parameters:
  ///   - seed: the seed that determines the run.
  ///   - conditions: the behaviour of every direction; see ``setConditions(_:from:to:)``.
  public init(seed: UInt64? = nil, conditions: LinkConditions = LinkConditions()) {
    self.seed = seed ?? ChosenSeed.next()
    self.conditions = conditions
    origin = SeededRandom(seed: self.seed)
    random = origin.derived(0)
    loop = Loop(manualTime: 1_000_000)
    executor = LoopTaskExecutor(loop)
  }

  /// Virtual time in seconds since the network was made.
  public var time: Double { loop.monotonicNow - 1_000_000 }

  /// The number of connections that at least one end still holds open.
  public var openConnections: Int { connections.count }

  /// Adds a host with a node that starts at once.
  ///
  /// - Parameters:
  ///   - name: the node id, unique in this network.
  ///   - seeds: hosts to contact first; a node without seeds is global.
  ///   - monitorTimeout: seconds after which an unreachable node counts as down.
  ///   - connectInterval: seconds that a connection attempt gets.
  ///   - framings: `cbor` and `json`, most preferred first.
  ///   - heartbeat: seconds of silence after which a node is asked; 0: never.
  ///   - heartbeatTimeout: seconds of silence after which a connected node counts as down.
  ///   - hasOwnLoop: whether the node has a loop of its own, which ``block(_:for:)`` needs.
  /// - Returns: the host.
  /// - Throws: `ConfigurationError` for a name that is no node id.
  @discardableResult
  public func addHost(
    _ name: String, seeds: [SimulatedHost] = [], monitorTimeout: Double? = nil,
    connectInterval: Double? = nil, framings: [String]? = nil, heartbeat: Double? = nil,
    heartbeatTimeout: Double? = nil, hasOwnLoop: Bool = false
  ) throws -> SimulatedHost {
    let index = hosts.count
    let address = "10.\(index / 62500).\(index / 250 % 250).\(index % 250 + 1):4040"
    let arguments = ConfigurationArguments(
      "simulated", nodeid: name, binds: [address], seeds: seeds.map(\.address),
      secret: "the secret of the simulated network", monitor_timeout: monitorTimeout,
      connect_interval: connectInterval, heartbeat: heartbeat, heartbeat_timeout: heartbeatTimeout,
      framing_format: framings, norc: true)
    let own = hasOwnLoop ? Loop(manualTime: 1_000_000) : loop
    if hasOwnLoop { own.advance(toNanoseconds: loop.manualTime) }
    let host = SimulatedHost(
      name: name, address: address, index: index, arguments: arguments, loop: own, network: self)
    hosts.append(host)
    for row in paths.indices { paths[row].append(nil) }
    paths.append(Array(repeating: nil, count: hosts.count))
    try start(host)
    return host
  }

  /// Lets `seconds` of virtual time pass.
  public func run(for seconds: Double) {
    let loops = hosts.filter(\.hasOwnLoop)
    if loops.isEmpty { return loop.advance(by: seconds) }
    run(to: loop.manualTime + UInt64(seconds * 1e9), loops)
  }

  /// Serves the loops in the order of their deadlines.
  private func run(to end: UInt64, _ own: [SimulatedHost]) {
    for host in own where host.blockedUntil == nil { host.loop.advance(by: 0) }
    while true {
      var next = loop.nextDeadline ?? .max
      var nextHost: SimulatedHost?
      for host in own {
        let time = host.blockedUntil ?? host.loop.nextDeadline ?? .max
        if time < next { (next, nextHost) = (time, host) }
      }
      guard next <= end else { break }
      guard let nextHost else {
        loop.advance(toNanoseconds: next)
        continue
      }
      // The network's clock goes first, because all loops follow it.
      loop.advance(toNanoseconds: next)
      if nextHost.blockedUntil != nil {
        nextHost.unblock()
      } else {
        nextHost.loop.advance(toNanoseconds: next)
      }
    }
    loop.advance(toNanoseconds: end)
    for host in own where host.blockedUntil == nil { host.loop.advance(toNanoseconds: end) }
  }

  /// Lets time pass until the condition holds; checks it every ten milliseconds of virtual time.
  ///
  /// Returns whether the condition held within `seconds`.
  @discardableResult
  public func run(until condition: () -> Bool, within seconds: Double = 60) -> Bool {
    let end = loop.monotonicNow + seconds
    while !condition() {
      if loop.monotonicNow >= end { return false }
      run(for: 0.01)
    }
    return true
  }

  /// Ends all nodes and the loop.
  public func close() {
    for host in hosts { shutDown(host) }
    run(for: 0)
    for connection in connections.values { connection.end() }
    connections = [:]
    for row in paths { for path in row { path?.stop() } }
    for host in hosts { host.forgetJobs() }
    for host in hosts where host.hasOwnLoop { host.loop.close() }
    loop.close()
  }

  func start(_ host: SimulatedHost) throws {
    host.incarnation += 1
    let part = UInt64(host.index) << 32 | UInt64(host.incarnation)
    var nonces = origin.derived(1, part)
    var names = origin.derived(2, part)
    let surroundings = NodeSurroundings(
      network: host, random: origin.derived(3, part),
      makeNonce: { Nonce(replaying: UniqueName.secret(using: &nonces)) },
      makeContext: {
        ConfigurationContext(
          environment: [:], hostName: host.name, runiq: UniqueName.runiq(using: &names))
      },
      makeAddressSources: {
        AddressSources(interfaces: [], hostName: $0, lookUp: { _ in [] })
      },
      processID: host.incarnation)
    let node = Node(on: host.loop, surroundings: surroundings)
    host.node = node
    try node.configure(host.arguments)
  }

  func path(_ from: SimulatedHost, _ to: SimulatedHost) -> Path {
    if let path = paths[from.index][to.index] { return path }
    let path = Path(
      from: from, to: to, conditions: conditions,
      random: origin.derived(4, UInt64(from.index), UInt64(to.index)), loop: loop)
    paths[from.index][to.index] = path
    return path
  }

  func host(at address: String) -> SimulatedHost? {
    hosts.first { $0.address == address }
  }

  func makeConnection(from: SimulatedHost, to: SimulatedHost) -> Connection {
    serial += 1
    let connection = Connection(serial: serial, network: self, from: from, to: to)
    connections[serial] = connection
    return connection
  }

  /// Adds an arrival to the fingerprint.
  func note(_ path: Path, _ count: Int) {
    arrivedBytes += count
    arrivals += 1
    path.to.arrivedBytes += count
    let event = [
      fingerprint, UInt64(path.from.index), UInt64(path.to.index), UInt64(count),
      loop.monotonicNow.bitPattern,
    ]
    fingerprint = event.reduce(0) { SplitMix64.first($0 ^ $1) }
  }

  func forget(_ connection: Connection) {
    connections[connection.serial] = nil
  }

  /// The connections between two hosts, oldest first.
  func connections(_ a: SimulatedHost, _ b: SimulatedHost) -> [Connection] {
    connections.values.filter { $0.connects(a, b) }.sorted { $0.serial < $1.serial }
  }
}
