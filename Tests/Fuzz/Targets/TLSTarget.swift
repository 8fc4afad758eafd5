import COpenSSL

@testable import AEOpenSSL
@testable import AEValue
@testable import AnyEvent

/// TLS in either role, as nodes have it: against any bytes, and in a conversation with a peer of ours of
/// which somebody in the middle changes records.
///
/// The first byte decides what is what, see ``TLSFuzzSettings``.
func fuzzTLS(_ input: [UInt8]) throws {
  var input = FuzzInput(input)
  let settings = TLSFuzzSettings(bits: input.byte())
  let loop = Loop(manualTime: 1_000_000)
  defer { loop.close() }
  if settings.isRaw {
    try fuzzTLSStream(input.pieces(), settings, loop)
  } else {
    var conversation = try TLSConversation(settings, loop, &input)
    try conversation.run()
  }
  try demand(ERR_peek_error() == 0, "nothing is left in OpenSSL's list of errors")
}

/// What the first byte of an input says.
struct TLSFuzzSettings {
  let bits: UInt8

  var role: TLSRole { bits & 1 == 0 ? .accept : .connect }
  var peerRole: TLSRole { bits & 1 == 0 ? .connect : .accept }
  /// Whether the peer speaks TLS 1.2 only.
  var isOld: Bool { bits & 2 != 0 }
  /// Whether the peer has another certificate.
  var isForeign: Bool { bits & 4 != 0 }
  /// Whether the peer takes nothing once TLS is up.
  var isDeaf: Bool { bits & 8 != 0 }
  /// Whether there is no peer: the input is what arrives.
  var isRaw: Bool { bits & 16 != 0 }
}

/// Made once: most of a run would be their keys.
struct TLSFuzzContexts {
  let ours: TLSContext
  private let old: TLSContext
  private let foreign: TLSContext

  static let shared = Result { try TLSFuzzContexts() }

  private init() throws {
    let now = 1_790_000_000
    let bundle = try CertificateBundle.generate(now: now)
    ours = try TLSContext(mutual: bundle)
    old = try TLSContext(mutual: bundle)
    SSL_CTX_ctrl(old.pointer, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
    // A peer that does what it is asked not to do.
    SSL_CTX_clear_options(old.pointer, 1 << 30)
    foreign = try TLSContext(mutual: CertificateBundle.generate(now: now))
  }

  func peer(_ settings: TLSFuzzSettings) -> TLSContext {
    if settings.isForeign { foreign } else if settings.isOld { old } else { ours }
  }
}

/// Bytes out of nowhere never come to be a connection, and how they are cut makes no difference.
private func fuzzTLSStream(
  _ pieces: [[UInt8]], _ settings: TLSFuzzSettings, _ loop: Loop
) throws {
  let context = try TLSFuzzContexts.shared.get().ours
  let whole = try FuzzedTLS(context, settings.role, loop)
  try whole.feed(Array(pieces.joined()))
  let cut = try FuzzedTLS(context, settings.role, loop)
  for piece in pieces { try cut.feed(piece) }
  for end in [whole, cut] {
    end.endOfStream()
    try demand(!end.isUp && end.received.isEmpty, "nobody gets in without a certificate")
    try demand(end.problem != nil, "what never came up ends with an error")
  }
  try demand(whole.problem == cut.problem, "how a stream is cut makes no difference to errors")
}

/// The end that is attacked: TLS on a stream.
final class FuzzedTLS {
  private let transform: TLSTransform
  private(set) var received: [UInt8] = []
  private(set) var isUp = false
  private(set) var hasEnded = false
  private(set) var problem: String?

  /// The handshake with a certificate and its key fits into this many times.
  private static let handshakeLimit = 16 << 10
  /// What may wait for a peer that takes nothing, besides what was written.
  private static let answerLimit = 80 << 10

  init(_ context: TLSContext, _ role: TLSRole, _ loop: Loop) throws {
    transform = try TLSTransform(context, as: role, on: loop)
    transform.onEstablished = { [unowned self] in isUp = true }
    try transform.start()
  }

  /// Hands over what arrives; nothing once the stream is over, as on a connection.
  func feed(_ bytes: [UInt8]) throws {
    guard problem == nil, !hasEnded else { return }
    var bytes = bytes
    let before = transform.sealed.count
    var wasEarly = false
    let opening = bytes.withUnsafeMutableBytes {
      transform.open($0) { content in
        wasEarly = wasEarly || !isUp
        received += content
        return true
      }
    }
    switch opening {
    case .more: break
    case .end: hasEnded = true
    case .broken(let reason): problem = reason
    }
    try demand(!wasEarly, "nothing is given out before the handshake is over")
    try demand(!hasEnded || isUp, "what is not up is not ended in order")
    try demand(
      transform.sealed.count <= (isUp ? max(before, Self.answerLimit) : Self.handshakeLimit),
      "what waits for a peer is bounded")
  }

  func write(_ bytes: [UInt8]) throws {
    guard isUp, problem == nil, !hasEnded else { return }
    let plain = ByteBuffer()
    plain.append(contentsOf: bytes)
    while !plain.isEmpty {
      if let reason = transform.seal(plain) {
        throw FuzzFinding(description: "does not hold: who is up can write: \(reason)")
      }
    }
  }

  func endOfStream() {
    if problem == nil, !hasEnded { problem = transform.endOfStream() }
  }

  func takeOutput() -> [UInt8] {
    defer { transform.sealed.removeAll() }
    return Array(transform.sealed.bytes)
  }
}
