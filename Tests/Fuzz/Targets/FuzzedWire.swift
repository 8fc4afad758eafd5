@testable import AEMPWire
@testable import AEValue
@testable import AnyEvent
@testable import AnyEventMP

/// Takes what is sent, and says nothing by itself.
final class FuzzedWire: StreamMedium {
  private(set) var sent: [UInt8] = []

  func start(for stream: StreamConnection) {}

  func write(_ output: ByteBuffer, of stream: StreamConnection) -> StreamWriteResult {
    sent += output.bytes
    output.removeAll()
    return .done
  }

  var traffic: StreamTraffic? { nil }
  var descriptor: CInt? { nil }
  func pause() {}
  func finishWriting() {}
  func close() {}
}

extension LinkFacts {
  /// Those of a plain connection that was accepted.
  static func fuzzed(_ framing: Framing) -> LinkFacts {
    LinkFacts(
      EstablishedConnection(
        peer: Greeting(nodeID: "peer", authMethods: [.hmacSHA3_512], framings: [framing.rawValue]),
        sendFraming: framing, receiveFraming: framing, authMethod: .hmacSHA3_512,
        sentAuthMethod: .hmacSHA3_512, rest: []),
      isDialled: false, tlsCipher: nil)
  }
}
