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

  /// Connects to a node and authenticates.
  static func connect(
    _ address: String, id: String, _ loop: Loop, framings: [Framing] = [.cbor, .json]
  ) throws -> WirePeer {
    let peer = try WirePeer(
      RawPeer.connect(address, loop), id: id, as: .dialling, framings: framings)
    loop.run(until: { peer.established != nil || peer.isClosed })
    return peer
  }

  /// Whether the node's authentication line has come.
  var hasVerifiedPeer: Bool { handshake.hasVerifiedPeer }

  /// Sends the line that it has waited with.
  func proceedWithPermission() { perform(handshake.authenticate()) }

  var isClosed: Bool { raw.isClosed }

  func send(_ port: String, _ message: Value...) { send(packet: message, to: port) }

  func send(packet message: [Value], to port: String = "") {
    message.withUnsafeBufferPointer { message in
      do {
        switch established?.sendFraming {
        case .json:
          try JSONEncoding.appendPacket(
            name: port, message, to: raw.stream.output, limits: .standard)
        default:
          try CBOREncoding.appendPacket(
            name: port, message, to: raw.stream.output, limits: .standard)
        }
      } catch {
        preconditionFailure("the test sends what cannot be sent: \(error)")
      }
    }
    raw.stream.outputGrew()
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
