import AEMPWire
import AnyEvent
import TestSupport
import Testing

@testable import AnyEventMP

/// A peer that authenticates itself by the real handshake and then speaks in packets, through sealed
/// records if the node wants that.
final class WirePeer {
  let raw: RawPeer
  let id: String
  private var handshake: Handshake
  private var decoder: PacketDecoder?
  private(set) var established: EstablishedConnection?
  private(set) var refusal: Refusal?
  private(set) var packets: [Packet] = []
  /// Whether the node's greeting has come.
  private(set) var hasGreeting = false
  /// Whether it waits with its own authentication line.
  private let pauses: Bool
  /// Whether it could send its authentication line: an accepting peer has seen the node's by then.
  private(set) var isAskedForPermission = false

  struct Packet: Equatable {
    let port: String
    let message: [Value]
  }

  init(
    _ raw: RawPeer, id: String, as role: Handshake.Role, secret: String = "the tests' secret",
    framings: [Framing] = [.cbor, .json], keys: [Greeting.Key] = [],
    methods: [AuthMethod] = HandshakeConfiguration.defaultAuthMethods, pauses: Bool = false
  ) throws {
    self.pauses = pauses
    self.raw = raw
    self.id = id
    let configuration = HandshakeConfiguration(
      nodeID: id, secret: try Secret(secret), authAccept: methods, authOffer: methods,
      framings: framings,
      keys: HandshakeConfiguration.defaultKeys + keys)
    handshake = try Handshake(configuration, as: role, peerAddress: "")
    raw.onRead = { [unowned self] in read($0) }
    perform(handshake.start())
  }

  /// What a node says in its greeting that goes by this library's rules for several connections of one node.
  static let agreement = Greeting.Key("x-agree", "1")

  /// Connects to a node and authenticates.
  static func connect(
    _ address: String, id: String, _ loop: Loop, framings: [Framing] = [.cbor, .json],
    keys: [Greeting.Key] = []
  ) throws -> WirePeer {
    let peer = try WirePeer(
      RawPeer.connect(address, loop), id: id, as: .dialling, framings: framings, keys: keys)
    loop.run(until: { peer.established != nil || peer.isClosed })
    return peer
  }

  /// Whether the node's authentication line has come.
  var hasVerifiedPeer: Bool { handshake.hasVerifiedPeer }

  /// Sends the line that it has waited with.
  func proceedWithPermission() { perform(handshake.authenticate()) }

  var isClosed: Bool { raw.isClosed }

  /// Runs the loop until the node has all that this end has sent, and has done about it what it does at once.
  func settle(_ loop: Loop) {
    loop.run(until: { isAskedForPermission && raw.stream.queuedCount == 0 })
    loop.settle()
  }

  /// Runs the loop until the node has seen that this end knows the secret, and lets it wait.
  func waitUntilHeld(_ loop: Loop, _ location: SourceLocation = #_sourceLocation) {
    settle(loop)
    #expect(!isClosed && !hasVerifiedPeer && established == nil, sourceLocation: location)
  }

  func send(_ port: String, _ message: Value...) { send(packet: message, to: port) }

  func send(packet message: [Value], to port: String = "") {
    message.map(Self.sendable).withUnsafeBufferPointer { message in
      let packet = ByteBuffer()
      do {
        switch established?.sendFraming {
        case .json:
          try JSONEncoding.appendPacket(name: port, message, to: packet, limits: .standard)
        default:
          try CBOREncoding.appendPacket(name: port, message, to: packet, limits: .standard)
        }
      } catch {
        preconditionFailure("the test sends what cannot be sent: \(error)")
      }
      raw.send(Self.withStandInsReplaced(Array(packet.bytes)))
    }
  }

  /// Numbers that no node sends, which a hostile one may, and finite ones in their place until they are encoded.
  private static let standIns: [(number: Double, finite: Double)] = [
    (.infinity, 1.797_693_134_862_315e308), (.nan, 1.797_693_134_862_314e308),
  ]

  private static func sendable(_ value: Value) -> Value {
    guard case .double(let number) = value, !number.isFinite else { return value }
    return .double(standIns[number.isNaN ? 1 : 0].finite)
  }

  private static func withStandInsReplaced(_ packet: [UInt8]) -> [UInt8] {
    // They are behind small values only: a large text is not searched.
    guard packet.count < 1000 else { return packet }
    var packet = packet
    for (number, finite) in standIns {
      let pattern = withUnsafeBytes(of: finite.bitPattern.bigEndian) { Array($0) }
      guard let range = packet.firstRange(of: pattern) else { continue }
      packet.replaceSubrange(
        range, with: withUnsafeBytes(of: number.bitPattern.bigEndian) { Array($0) })
    }
    return packet
  }

  /// What was received since the last call, which is forgotten then.
  func takePackets() -> [Packet] {
    defer { packets = [] }
    return packets
  }

  /// What was received for a port, or the node port.
  func messages(to port: String = "") -> [[Value]] {
    packets.filter { $0.port == port }.map(\.message)
  }

  private func read(_ bytes: UnsafeRawBufferPointer) {
    if decoder != nil { decode(bytes) } else { perform(handshake.feed(bytes)) }
  }

  private func perform(_ actions: [HandshakeAction]) {
    for action in actions {
      switch action {
      case .send(let bytes): raw.send(bytes)
      case .peerGreeting:
        hasGreeting = true
        perform(handshake.proceed())
      case .requestPermission:
        isAskedForPermission = true
        if !pauses { perform(handshake.authenticate()) }
      case .established(let connection):
        established = connection
        decoder = PacketDecoder(framing: connection.receiveFraming, limits: .standard)
        if let keys = connection.keys {
          raw.stream.transform(with: SealedTransform(keys))
          var rest = connection.rest
          rest.withUnsafeMutableBytes { raw.stream.arrived($0) }
        } else {
          connection.rest.withUnsafeBytes { decode($0) }
        }
      case .startTLS: preconditionFailure("this peer has no certificate")
      case .refused(let refusal): self.refusal = refusal
      }
    }
  }

  private func decode(_ bytes: UnsafeRawBufferPointer) {
    do {
      try decoder?.feed(bytes) { name, message in
        packets.append(
          Packet(port: String(decoding: name, as: UTF8.self), message: Array(message)))
        return true
      }
    } catch {
      preconditionFailure("the node sent a bad packet: \(error)")
    }
  }
}
