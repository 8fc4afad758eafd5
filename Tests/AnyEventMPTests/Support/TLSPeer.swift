import AEMPWire
import AnyEvent
import AnyEventMP

/// A peer that says in its greeting that it has a certificate, and then does with TLS as it likes.
final class TLSPeer {
  let raw: RawPeer
  private var handshake: Handshake
  private let context: TLSContext?
  private var security: TLSTransform?
  private(set) var established: EstablishedConnection?
  private(set) var refusal: Refusal?
  /// Why TLS has ended.
  private(set) var failure: String?
  /// Whether the node has started TLS, and in which role we are.
  private(set) var role: TLSRole?

  /// Without a context the peer does nothing when TLS is to start.
  init(_ raw: RawPeer, id: String, _ context: TLSContext?, methods: [AuthMethod]? = nil) throws {
    self.raw = raw
    self.context = context
    let methods = methods ?? HandshakeConfiguration.defaultAuthMethods
    handshake = try Handshake(
      HandshakeConfiguration(
        nodeID: id, authAccept: methods, authOffer: methods, hasCertificate: true),
      as: .dialling, peerAddress: "")
    raw.onRead = { [unowned self] bytes in
      if established == nil { perform(handshake.feed(bytes)) }
    }
    let isClosed = raw.stream.onEnd
    raw.stream.onEnd = { [unowned self] end in
      if case .broken(let reason) = end { failure = reason }
      isClosed?(end)
    }
    perform(handshake.start())
  }

  /// Gives up TLS and everything.
  func cut() { raw.stream.close() }

  private func perform(_ actions: [HandshakeAction]) {
    for action in actions {
      switch action {
      case .send(let bytes): raw.send(bytes)
      case .peerGreeting: perform(handshake.proceed())
      case .startTLS(let isClient, let rest):
        role = isClient ? .connect : .accept
        startTLS(isClient ? .connect : .accept, rest)
      case .requestPermission: perform(handshake.authenticate())
      case .established(let result): established = result
      case .refused(let refusal): self.refusal = refusal
      }
    }
  }

  private func startTLS(_ role: TLSRole, _ rest: [UInt8]) {
    guard let context else { return }
    do throws(TLSError) {
      let security = try TLSTransform(context, as: role, on: raw.stream.loop)
      self.security = security
      security.onEstablished = { [unowned self] in perform(handshake.secured()) }
      raw.stream.transform(with: security)
      try security.start()
      raw.stream.outputGrew()
    } catch {
      failure = error.description
    }
    var rest = rest
    rest.withUnsafeMutableBytes { if !$0.isEmpty { raw.stream.arrived($0) } }
  }
}
