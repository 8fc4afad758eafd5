@testable import AEMPWire
@testable import AEValue

/// Sealed records: of a stream that somebody has changed, the beginning that nobody changed is all that
/// is given out, however it is cut and by whichever cipher.
func fuzzSealed(_ input: [UInt8]) throws {
  for ends in try present(allEnds) { try fuzz(input, ends) }
}

private func fuzz(_ input: [UInt8], _ ends: Ends) throws {
  var input = FuzzInput(input)
  let changes = (0..<Int(input.byte() & 3)).map { _ in StreamChange(&input) }
  let contentLength = Int(input.byte())
  let hasEnd = input.byte() & 1 == 0
  let pieces = input.pieces()
  let plain = Array(pieces.joined())

  // The pieces are what is sent at a time; their lengths are those of the segments too.
  let sealer = RecordSealer(ends.sender)
  let (buffer, sealed) = (ByteBuffer(), ByteBuffer())
  for start in stride(from: 0, to: plain.count, by: contentLength + 1) {
    buffer.append(contentsOf: Array(plain[start...].prefix(contentLength + 1)))
    sealer.seal(buffer, into: sealed)
  }
  if hasEnd { sealer.sealEnd(into: sealed) }
  let original = Array(sealed.bytes)
  // Without records, whatever there is goes to the opener as it stands.
  var stream = changes.count == 3 ? plain : original
  if changes.count < 3 { for change in changes { change.apply(to: &stream) } }

  let whole = try Opened([stream], ends)
  try demand(plain.starts(with: whole.content), "nothing is given out that was not sealed")
  if stream == original {
    try demand(whole.content == plain, "what was sealed is opened")
    try demand(whole.error == (hasEnd ? nil : .truncated), "a stream ends where it says so")
  } else {
    try demand(whole.error != nil, "a stream that was changed ends with an error")
  }
  let cut = try Opened(segments(of: stream, like: pieces), ends)
  try demand(cut.content == whole.content, "how a stream is cut makes no difference")
  try demand(cut.error == whole.error, "how a stream is cut makes no difference to errors")
}

private func segments(of stream: [UInt8], like pieces: [[UInt8]]) -> [[UInt8]] {
  let length = pieces.first?.count ?? 1
  return stride(from: 0, to: stream.count, by: length).map { Array(stream[$0...].prefix(length)) }
}

// Made once: most of a run would be the guarded memory of the secret.
private let allEnds = try? SealedMethod.allCases.compactMap { method in
  try Secret("the fuzzer's secret").map { Ends($0, method) }
}

/// The keys of both ends of a connection.
private struct Ends {
  let sender: SealedKeys
  let receiver: SealedKeys

  init(_ secret: Secret, _ method: SealedMethod) {
    sender = Ends.keys(secret, method, isClient: true)
    receiver = Ends.keys(secret, method, isClient: false)
  }

  private static func keys(_ secret: Secret, _ method: SealedMethod, isClient: Bool) -> SealedKeys {
    SealedKeys(
      method: method, secret: secret,
      shared: KeyMemory(count: 32) { $0.update(repeating: 7, count: 32) },
      client: ([1], [2]), server: ([3], [4]), isClient: isClient)
  }
}

/// Keys that cannot be made would be a finding too.
private func present(_ ends: [Ends]?) throws -> [Ends] {
  guard let ends, !ends.isEmpty else {
    throw FuzzFinding(description: "a secret of 19 bytes is one")
  }
  return ends
}

/// Something that an attacker does to a stream.
private struct StreamChange {
  private let kind: UInt8
  private let place: Int
  private let amount: Int

  init(_ input: inout FuzzInput) {
    kind = input.byte()
    place = Int(input.byte()) << 8 | Int(input.byte())
    amount = Int(input.byte())
  }

  func apply(to stream: inout [UInt8]) {
    guard !stream.isEmpty else { return }
    let place = place % stream.count
    let end = min(place + amount, stream.count)
    switch kind & 3 {
    case 0: stream[place] ^= UInt8(truncatingIfNeeded: amount)
    case 1: stream.removeSubrange(place..<end)
    case 2: stream.insert(contentsOf: stream[place..<end], at: end)
    default: stream.removeSubrange(place...)
    }
  }
}

/// What comes out of a stream.
private struct Opened {
  private(set) var content: [UInt8] = []
  private(set) var error: RecordError?

  init(_ segments: [[UInt8]], _ ends: Ends) throws {
    let opener = RecordOpener(ends.receiver)
    for segment in segments {
      var segment = segment
      try segment.withUnsafeMutableBytes { bytes in
        var rest = bytes
        do {
          try take(&rest, opener)
        } catch let problem as RecordError {
          error = error ?? problem
        }
      }
    }
    do throws(RecordError) { try opener.endOfStream() } catch { self.error = self.error ?? error }
  }

  private mutating func take(
    _ rest: inout UnsafeMutableRawBufferPointer, _ opener: RecordOpener
  ) throws {
    while true {
      switch try opener.next(&rest) {
      case .incomplete: return
      case .content(let bytes): content += bytes
      case .end: try demand(opener.isEnded, "the end is remembered")
      }
    }
  }
}
