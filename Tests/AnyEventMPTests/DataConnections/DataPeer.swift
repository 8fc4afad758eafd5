import AEMPWire
import AnyEvent

@testable import AnyEventMP

/// The other end of a data connection, by the real handshake and in the hands of the test.
final class DataPeer {
  let raw: RawPeer
  private var handshake: Handshake
  private(set) var established: EstablishedConnection?
  private(set) var received: [UInt8] = []
  /// Sent in one piece with the last line of the handshake.
  private var attached: [UInt8] = []
  private let isPlain: Bool
  /// Whether it closes the connection when the node has proved itself.
  private let hangsUp: Bool
  /// Whether it waits with its own authentication line.
  private let pauses: Bool
  private(set) var isAskedForPermission = false

  /// Who dials says which connection it is; who is dialled greets as a node.
  init(
    _ raw: RawPeer, id: String, dialling data: String? = nil, secret: String = "the tests' secret",
    isPlain: Bool = false, attached: [UInt8] = [], protocolName: String = "aemp-dataconn",
    hangsUp: Bool = false, pauses: Bool = false
  ) throws {
    self.raw = raw
    self.attached = attached
    self.isPlain = isPlain
    self.hangsUp = hangsUp
    self.pauses = pauses
    let methods: [AuthMethod] = isPlain ? [.hmacSHA3_512] : [.secretboxX25519]
    let configuration = HandshakeConfiguration(
      nodeID: id, secret: try Secret(secret), authAccept: methods, authOffer: methods,
      protocolName: data == nil ? "aemp" : protocolName,
      keys: data.map { [Greeting.Key("dataconn_id", $0)] } ?? HandshakeConfiguration.defaultKeys)
    handshake = try Handshake(
      configuration, as: data == nil ? .accepting : .dialling, peerAddress: "")
    raw.onRead = { [unowned self] in read($0) }
    perform(handshake.start())
  }

  var isClosed: Bool { raw.isClosed }
  var text: String { String(decoding: received, as: UTF8.self) }

  /// Sends the line that it has waited with.
  func proceed() { perform(handshake.authenticate()) }

  func send(_ bytes: [UInt8]) { raw.send(bytes) }
  func send(_ text: String) { raw.send(text) }

  private func read(_ bytes: UnsafeRawBufferPointer) {
    if established != nil {
      received.append(contentsOf: bytes)
    } else {
      perform(handshake.feed(bytes))
    }
  }

  private func perform(_ actions: [HandshakeAction]) {
    for action in actions {
      switch action {
      case .send(let bytes): raw.send(bytes)
      case .peerGreeting: perform(handshake.proceed())
      case .requestPermission where hangsUp: raw.stream.close()
      case .requestPermission where pauses: isAskedForPermission = true
      case .requestPermission:
        // In clear the data may follow before the other end has proved itself.
        perform(handshake.authenticate())
        if isPlain { raw.send(attached) }
      case .established(let connection):
        established = connection
        var rest = connection.rest
        if let keys = connection.keys {
          raw.stream.transform(with: SealedTransform(keys))
          raw.send(attached)
          rest.withUnsafeMutableBytes { raw.stream.arrived($0) }
        } else {
          received += rest
        }
      case .startTLS, .refused: break
      }
    }
  }
}
