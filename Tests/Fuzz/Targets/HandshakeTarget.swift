@testable import AEMPWire

/// Made once: most of a run would be its guarded memory.
private let secret = try? Secret("the fuzzer's secret")
private let oldSecret = try? Secret("the fuzzer's old secret")

/// The handshake in both roles, against any stream and against a peer with any greeting.
func fuzzHandshake(_ input: [UInt8]) throws {
  var input = FuzzInput(input)
  let settings = input.byte()
  let role: Handshake.Role = settings & 1 == 0 ? .accepting : .dialling
  var configuration = HandshakeConfiguration(
    nodeID: "us", secret: secret,
    framings: settings & 2 == 0 ? [.cbor, .json] : [.json])
  if settings & 4 != 0 {
    configuration.authAccept.append(.cleartext)
    configuration.authOffer.append(.cleartext)
  }
  if settings & 8 != 0 { configuration.protocolName = "aemp-fuzz" }
  if settings & 32 != 0, let oldSecret { configuration.secrets.append(oldSecret) }
  if settings & 64 != 0 { configuration.hasCertificate = true }
  if settings & 16 == 0 {
    try fuzzStream(input.pieces(), configuration, role)
  } else {
    try fuzzGreeting(input.remainder, configuration, role)
  }
}

/// One that says the same in every run.
private func machine(
  _ configuration: HandshakeConfiguration, _ role: Handshake.Role
) throws -> FuzzedHandshake {
  let nonce = Nonce(replaying: "our nonce")
  let exchange = KeyExchange(replaying: Array(repeating: 1, count: 32))
  let greeting = configuration.greeting(
    peerAddress: "10.0.0.1:4040", nonce: nonce, keyExchange: exchange)
  return FuzzedHandshake(
    Handshake(
      configuration, as: role, greeting: try GreetingLines(greeting, nonce), keyExchange: exchange))
}

/// How a stream is cut makes no difference; who gets in has a greeting that is read and written.
private func fuzzStream(
  _ pieces: [[UInt8]], _ configuration: HandshakeConfiguration, _ role: Handshake.Role
) throws {
  let whole = try machine(configuration, role)
  whole.feed(Array(pieces.joined()))
  let cut = try machine(configuration, role)
  for piece in pieces { cut.feed(piece) }
  // Who shows at once that it does not know the secret gets no authentication line.
  try demand(
    whole.sent == cut.sent || whole.refusal != nil && cut.sent.starts(with: whole.sent),
    "what is sent does not depend on the segments")
  try demand(whole.connection == cut.connection, "a connection does not depend on the segments")
  try demand(
    whole.refusal?.code == cut.refusal?.code, "a refusal does not depend on the segments")
  whole.end()
  try demand(
    (whole.refusal == nil) != (whole.connection == nil), "a handshake ends in one of two ways")
  if let peer = whole.peer {
    // Its lists as they were read: what was escaped in them is not escaped twice.
    let again = try Greeting(line: peer.line)
    try demand(again.nodeID == peer.nodeID, "a greeting is read as it is written")
    try demand(again.keys.count == peer.keys.count, "a greeting is read as it is written")
  }
}

/// A peer with the secret and any greeting: both ends agree on what they have agreed on.
private func fuzzGreeting(
  _ text: [UInt8], _ configuration: HandshakeConfiguration, _ role: Handshake.Role
) throws {
  let lines = text.split(separator: 10, maxSplits: 1, omittingEmptySubsequences: false)
  let first = String(decoding: lines[0], as: UTF8.self)
  let second = lines.count > 1 ? String(decoding: lines[1], as: UTF8.self) : "their nonce"
  guard let greeting = try? GreetingLines(first: first, second: second) else { return }
  var theirs = configuration
  theirs.nodeID = (try? Greeting(line: first))?.nodeID ?? "them"
  // Of several secrets the other end has only the last.
  theirs.secrets = configuration.secrets.suffix(1)
  let ours = try machine(configuration, role)
  let peer = FuzzedHandshake(
    Handshake(
      theirs, as: role == .accepting ? .dialling : .accepting, greeting: greeting,
      keyExchange: KeyExchange(replaying: Array(repeating: 2, count: 32))))
  var isQuiet = false
  while !isQuiet {
    let (there, back) = (ours.takeSent(), peer.takeSent())
    isQuiet = there.isEmpty && back.isEmpty
    if !there.isEmpty { peer.feed(there) }
    if !back.isEmpty { ours.feed(back) }
  }
  if let connection = ours.connection, let other = peer.connection {
    try demand(
      connection.sendFraming == other.receiveFraming
        && connection.receiveFraming == other.sendFraming, "both ends agree on the framings")
    try demand(
      connection.authMethod == other.sentAuthMethod
        && connection.sentAuthMethod == other.authMethod, "both ends agree on the methods")
    let (keys, theirKeys) = (connection.keys, other.keys)
    try demand((keys == nil) == (theirKeys == nil), "both ends agree on sealing")
    if let keys, let theirKeys {
      try demand(
        ConstantTime.areEqual(keys.send.bytes, theirKeys.receive.bytes)
          && ConstantTime.areEqual(keys.receive.bytes, theirKeys.send.bytes),
        "both ends have the same keys")
    }
    try demand(connection.rest.isEmpty && other.rest.isEmpty, "nothing is left over")
  }
}

/// A handshake whose owner says yes to everything.
private final class FuzzedHandshake {
  private var machine: Handshake
  private(set) var sent: [UInt8] = []
  private(set) var peer: Greeting?
  private(set) var connection: EstablishedConnection?
  private(set) var refusal: Refusal?

  init(_ machine: consuming Handshake) {
    self.machine = machine
    perform(self.machine.start())
  }

  func feed(_ bytes: [UInt8]) {
    // Behind the handshake the bytes belong to the packets.
    if connection != nil { connection?.rest += bytes } else { perform(machine.feed(bytes)) }
  }

  func end() { perform(machine.endOfStream()) }

  func takeSent() -> [UInt8] {
    defer { sent = [] }
    return sent
  }

  private func perform(_ actions: [HandshakeAction]) {
    for action in actions {
      switch action {
      case .send(let bytes): sent += bytes
      case .peerGreeting(let greeting):
        peer = greeting
        perform(machine.proceed())
      case .startTLS(_, let rest):
        // TLS that changes nothing.
        perform(machine.secured())
        feed(rest)
      case .requestPermission: perform(machine.authenticate())
      case .established(let connection): self.connection = connection
      case .refused(let refusal): self.refusal = refusal
      }
    }
  }
}
