package import AEMPWire
package import AnyEvent
import Glibc

/// The connections of a node to others: real sockets, or a simulated network.
package protocol NodeNetwork: AnyObject {
  /// Listens on a numeric address; port 0 is any free one.
  ///
  /// `accepted` gets each connection and the `host:port` of its other end. When the process has no
  /// descriptor left for a new connection, `makeRoom` is called: it may close another connection,
  /// and says whether it did.
  func listen(
    on host: String, port: UInt16, makeRoom: @escaping () -> Bool,
    accepted: @escaping (StreamConnection, String) -> Void
  ) throws -> any NodeListener

  /// Connects to a host, by name or number, and tries each of its addresses for `timeLimit`
  /// seconds.
  ///
  /// `done` is called once, from the loop, with the connection and the `host:port` of the other
  /// end. When the result is dropped, the attempt ends without a call.
  func connect(
    to host: String, port: String, timeLimit: Double,
    _ done: @escaping (Result<(StreamConnection, String), SocketError>) -> Void
  ) -> Guard

  /// Says whether small packets of new connections are sent at once (`TCP_NODELAY`).
  func setNodelay(_ nodelay: Bool)
}

extension NodeNetwork {
  /// Does nothing: a network without packets has none to hold back.
  package func setNodelay(_ nodelay: Bool) {}
}

/// An address on which a node listens.
package protocol NodeListener: AnyObject {
  /// The `host:port` of the listener, with the port number that the system chose.
  var address: String { get }
  /// Stops listening; accepted connections stay.
  func close()
}

/// The surroundings of a node, passed in so that a run on a simulated network is a function of its
/// seed.
package struct NodeSurroundings {
  /// The connections of the node to others.
  package var network: any NodeNetwork
  /// The source of the waits between attempts and of random names.
  package var random: any RandomNumberGenerator
  /// Makes the nonce of a greeting; two connections must never share one.
  package var makeNonce: () -> Nonce
  /// Makes the context: the environment, the host's name and the random name of the process.
  package var makeContext: () -> ConfigurationContext
  /// Makes the sources that a bind or seed address is resolved with; the argument is the host's
  /// name.
  package var makeAddressSources: (String) -> AddressSources
  /// The process id, which goes into the names of ports.
  package var processID: Int
  /// How many descriptors the process may have.
  package var descriptorLimit: () -> Int = { .max }
  /// The log whose messages other nodes may catch, and which gets the messages of others.
  package var logSystem = LogSystem.shared
  /// Whether the environment determines the log level, so that no setting does.
  package var fixesLogLevel: () -> Bool = {
    ["VERBOSE", "LOG"].contains {
      getenv("PERL_ANYEVENT_\($0)") != nil || getenv("AE_\($0)") != nil
    }
  }

  /// Surroundings of these parts.
  package init(
    network: any NodeNetwork, random: any RandomNumberGenerator,
    makeNonce: @escaping () -> Nonce, makeContext: @escaping () -> ConfigurationContext,
    makeAddressSources: @escaping (String) -> AddressSources, processID: Int
  ) {
    self.network = network
    self.random = random
    self.makeNonce = makeNonce
    self.makeContext = makeContext
    self.makeAddressSources = makeAddressSources
    self.processID = processID
  }

  /// This machine: sockets, the operating system's randomness, the process's environment.
  package static func machine(loop: Loop) -> NodeSurroundings {
    var machine = NodeSurroundings(
      network: SocketNetwork(loop: loop), random: BufferedRandom(),
      makeNonce: { Nonce() }, makeContext: { .ofProcess() },
      makeAddressSources: { .ofMachine(hostName: $0, loop.resolver) }, processID: Int(getpid()))
    machine.descriptorLimit = {
      var limit = rlimit()
      let status = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      return status == 0 ? Int(clamping: limit.rlim_cur) : .max
    }
    return machine
  }
}

/// The real network: TCP sockets on the node's loop.
final class SocketNetwork: NodeNetwork {
  private let loop: Loop
  /// The most connections that may wait to be accepted; the kernel may allow fewer.
  ///
  /// When thousands of strangers connect at once, a node among them should not lose its packet and
  /// wait a second for the kernel to send it again.
  private static let queueLength = 4096
  /// `TCP_THIN_LINEAR_TIMEOUTS` of <linux/tcp.h>.
  private static let thinLinearTimeouts: CInt = 16
  private var nodelay = true

  init(loop: Loop) {
    self.loop = loop
  }

  func listen(
    on host: String, port: UInt16, makeRoom: @escaping () -> Bool,
    accepted: @escaping (StreamConnection, String) -> Void
  ) throws -> any NodeListener {
    // The closure may hold the network: the node closes its listeners before it drops the network.
    // Accepted sockets inherit the listener's options, so that they need no calls of their own.
    let listener = try loop.listen(
      on: host, Int(port),
      prepare: { [self] descriptor, _ in
        setOptions(of: descriptor)
        return Self.queueLength
      },
      accept: { [self, inherited = nodelay] socket in
        if nodelay != inherited { set(CInt(IPPROTO_TCP), TCP_NODELAY, of: socket.fd, to: nodelay) }
        accepted(
          StreamConnection(loop: loop, descriptor: socket.fd), socket.peer.description)
      })
    listener.makeRoom = makeRoom
    return SocketListener(listener)
  }

  func connect(
    to host: String, port: String, timeLimit: Double,
    _ done: @escaping (Result<(StreamConnection, String), SocketError>) -> Void
  ) -> Guard {
    loop.connect(to: host, port, prepare: { _ in timeLimit }) { [self] result in
      done(result.map { socket in (stream(socket), socket.peer.description) })
    }
  }

  private func stream(_ socket: ConnectedSocket) -> StreamConnection {
    setOptions(of: socket.fd)
    return StreamConnection(loop: loop, descriptor: socket.fd)
  }

  func setNodelay(_ nodelay: Bool) { self.nodelay = nodelay }

  private func setOptions(of descriptor: CInt) {
    set(CInt(IPPROTO_TCP), TCP_NODELAY, of: descriptor, to: nodelay)
    set(SOL_SOCKET, SO_KEEPALIVE, of: descriptor, to: true)
    // The kernel then repeats a lost keep-alive soon, not after ever longer waits.
    set(CInt(IPPROTO_TCP), Self.thinLinearTimeouts, of: descriptor, to: true)
  }

  private func set(_ level: CInt, _ option: CInt, of descriptor: CInt, to isOn: Bool) {
    var value: CInt = isOn ? 1 : 0
    // The options are hints: a socket whose kernel refuses one works as well.
    setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
  }
}

/// A listening TCP socket of a node.
private final class SocketListener: NodeListener {
  private let listener: Listener

  init(_ listener: Listener) {
    self.listener = listener
  }

  var address: String { listener.address.description }

  func close() { listener.close() }
}
