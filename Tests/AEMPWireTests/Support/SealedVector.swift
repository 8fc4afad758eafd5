import Foundation
import Testing

@testable import AEMPWire

/// A conversation on the sealed channel that `Vectors/sealed.py` has computed.
struct SealedVector: Decodable, CustomTestStringConvertible {
  struct Record: Decodable {
    var size: Int
    var record: Data
  }

  struct Side: Decodable {
    var secrets: [String]
    var secretKey: String
    var publicKey: String
    var methods: [String]
    var kids: [String]
    var line: String
    var nonce: String
    var framings: [String]
    var authLine: String
    /// The key that this side seals with.
    var sends: String
    var records: [Record]

    var greeting: [UInt8] { Array("\(line)\n\(nonce)\n".utf8) }
    /// What each record carries.
    var contents: [[UInt8]] {
      records.enumerated().map { number, record in
        (0..<record.size).map { UInt8((7 * $0 + number) % 251) }
      }
    }
    /// All records, the end included.
    var sealed: [UInt8] { records.flatMap { Array($0.record) } }
    /// All that this side sends.
    var stream: [UInt8] { greeting + Array("\(authLine)\n".utf8) + sealed }

    /// What this side is configured as.
    var configuration: HandshakeConfiguration {
      get throws {
        let methods =
          methods.map(AuthMethod.init(rawValue:)) + [AuthMethod.tlsSHA3_512, .hmacSHA3_512]
        return HandshakeConfiguration(
          nodeID: try Greeting(line: line).nodeID,
          secrets: try secrets.compactMap { try Secret(bytes: bytes(hex: $0)) },
          authAccept: methods, authOffer: methods,
          framings: framings.compactMap(Framing.init(rawValue:)))
      }
    }

    /// A machine that plays this side.
    func machine(as role: Handshake.Role) throws -> Handshake {
      let configuration = try configuration
      return Handshake(
        configuration, as: role, greeting: try GreetingLines(first: line, second: nonce),
        keyExchange: KeyExchange(replaying: bytes(hex: secretKey)))
    }
  }

  var name: String
  var method: String
  var secret: String
  var sealingKey: String
  var shared: String
  var dialler: Side
  var listener: Side

  var testDescription: String { name }

  /// The method that both sides use.
  var sealedMethod: SealedMethod? { SealedMethod(rawValue: method) }

  /// Both ends: what is played, the role, and the other side.
  var ends: [(own: Side, role: Handshake.Role, other: Side)] {
    [(dialler, .dialling, listener), (listener, .accepting, dialler)]
  }

  static let all: [SealedVector] = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Vectors/sealed.json")
    guard let data = try? Data(contentsOf: file),
      let vectors = try? JSONDecoder().decode([SealedVector].self, from: data)
    else { preconditionFailure("the vectors at \(file.path) cannot be read") }
    return vectors
  }()
}

/// What a stream of records holds, opened in segments.
struct Opened {
  private(set) var contents: [[UInt8]] = []
  private(set) var hasEnded = false
  private(set) var error: RecordError?

  init(_ opener: RecordOpener, _ segments: [[UInt8]], endsThere: Bool = true) {
    do throws(RecordError) {
      for segment in segments { try feed(opener, segment) }
      if endsThere { try opener.endOfStream() }
    } catch {
      self.error = error
    }
  }

  var bytes: [UInt8] { contents.flatMap { $0 } }

  private mutating func feed(_ opener: RecordOpener, _ segment: [UInt8]) throws(RecordError) {
    // Exactly as long as the segment, so that the sanitizer sees what goes beyond it.
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: segment.count, alignment: 1)
    defer { memory.deallocate() }
    memory.copyBytes(from: segment)
    var rest = memory
    while true {
      switch try opener.next(&rest) {
      case .incomplete: return
      case .content(let content): contents.append(Array(content))
      case .end: hasEnded = true
      }
    }
  }
}

extension RecordSealer {
  /// The records of these bytes.
  func sealed(_ bytes: [UInt8], isLast: Bool = false) -> [UInt8] {
    let (plain, out) = (ByteBuffer(), ByteBuffer())
    plain.append(contentsOf: bytes)
    while !plain.isEmpty, !isEnded { seal(plain, into: out) }
    if isLast { sealEnd(into: out) }
    return Array(out.bytes)
  }
}

extension SealedKeys {
  /// Keys for both ends of a connection that no handshake has made.
  static func pair(_ method: SealedMethod) throws -> (SealedKeys, SealedKeys) {
    let methods = [method.authMethod]
    func configuration(_ id: String) throws -> HandshakeConfiguration {
      HandshakeConfiguration(
        nodeID: id, secret: try Secret("s"), authAccept: methods, authOffer: methods)
    }
    let pair = try Pair(configuration("alpha"), configuration("beta"))
    pair.run()
    guard let a = pair.dialler.connection?.keys, let b = pair.listener.connection?.keys else {
      preconditionFailure("two equal nodes do not agree on keys")
    }
    return (a, b)
  }
}
