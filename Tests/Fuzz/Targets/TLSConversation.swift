@testable import AnyEvent

/// A conversation between the end that is attacked and a peer that has all keys, or another
/// certificate, with somebody in the middle who changes records in both directions.
struct TLSConversation {
  private let victim: FuzzedTLS
  private let peer: TLSFuzzPeer
  private let settings: TLSFuzzSettings
  private let changes: [TLSRecordChange]
  /// How many bytes arrive at a time.
  private let segment: Int
  /// What the peer does, and what it writes.
  private var script: FuzzInput
  /// How many records have passed: to the victim, and to the peer.
  private var counts = (0, 0)
  private var isChanged = false
  private var sentByVictim: [UInt8] = []
  /// Records that somebody has kept back.
  private var kept: [UInt8] = []

  init(_ settings: TLSFuzzSettings, _ loop: Loop, _ input: inout FuzzInput) throws {
    let contexts = try TLSFuzzContexts.shared.get()
    changes = (0..<Int(input.byte() & 7)).map { _ in TLSRecordChange(&input) }
    segment = Int(input.byte())
    script = input
    self.settings = settings
    victim = try FuzzedTLS(contexts.ours, settings.role, loop)
    peer = try TLSFuzzPeer(contexts.peer(settings), settings.peerRole)
  }

  mutating func run() throws {
    try exchange()
    if settings.isForeign {
      try demand(!victim.isUp, "nobody gets in with a foreign certificate")
    } else if !isChanged {
      try demand(victim.isUp && peer.isUp, "two ends with one certificate come together")
    }
    var hasActed = false
    while !script.remainder.isEmpty, peer.isUp, victim.isUp {
      if !peer.act(&script) { hasActed = true }
      let answer: [UInt8] = [1, 2, 3]
      if victim.problem == nil, !victim.hasEnded {
        try victim.write(answer)
        sentByVictim += answer
      }
      try exchange()
    }
    try demand(peer.sent.starts(with: victim.received), "nothing is given out that was not written")
    try demand(sentByVictim.starts(with: peer.received), "nothing comes back that was not written")
    try demand(!victim.hasEnded || peer.isClosed, "an end is one that the peer has told of")
    if !isChanged, !hasActed, !settings.isForeign {
      try demand(victim.problem == nil, "without an attack there is no error")
      try demand(victim.received == peer.sent, "what is written arrives")
      try demand(settings.isDeaf || peer.received == sentByVictim, "what is written arrives")
    }
  }

  /// Carries records until there are none.
  private mutating func exchange() throws {
    // The records that are made up could keep a conversation going for ever.
    for _ in 0..<100 {
      let forth = records(peer.takeOutput())
      let isDeaf = settings.isDeaf && victim.isUp && peer.isUp
      let back = isDeaf ? [] : records(victim.takeOutput())
      if forth.isEmpty && back.isEmpty { return }
      for record in forth {
        try deliver(change(record, counts.0, back.first ?? [])) { try victim.feed($0) }
        counts.0 += 1
      }
      for record in back {
        deliver(change(record, counts.1 | 0x80, forth.first ?? [])) { peer.feed($0) }
        counts.1 += 1
      }
    }
  }

  private func deliver(_ bytes: [UInt8], _ feed: ([UInt8]) throws -> Void) rethrows {
    let length = segment == 0 ? max(1, bytes.count) : segment
    for start in stride(from: 0, to: bytes.count, by: length) {
      try feed(Array(bytes[start..<min(start + length, bytes.count)]))
    }
  }

  private mutating func change(_ record: [UInt8], _ number: Int, _ other: [UInt8]) -> [UInt8] {
    var bytes = record
    for change in changes where Int(change.number) == number {
      bytes = change.applied(to: bytes, other, &kept)
      isChanged = true
    }
    return bytes
  }

  private func records(_ bytes: [UInt8]) -> [[UInt8]] {
    var records: [[UInt8]] = []
    var rest = bytes[...]
    while rest.count >= 5 {
      let start = rest.startIndex
      let length = 5 + Int(rest[start + 3]) << 8 + Int(rest[start + 4])
      records.append(Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    return records
  }
}

/// Something that is done to one record on its way.
private struct TLSRecordChange {
  /// Which record of its direction; with the high bit those to the peer.
  let number: UInt8
  private let kind: UInt8
  private let place: Int
  private let amount: Int
  private var bytes: [UInt8] = []

  init(_ input: inout FuzzInput) {
    number = input.byte()
    kind = input.byte() % 9
    place = Int(input.byte()) << 8 | Int(input.byte())
    amount = Int(input.byte())
    if kind == 3 || kind == 8 { bytes = (0..<amount).map { _ in input.byte() } }
  }

  func applied(to record: [UInt8], _ other: [UInt8], _ kept: inout [UInt8]) -> [UInt8] {
    var record = record
    let place = record.isEmpty ? 0 : place % record.count
    switch kind {
    case 0: if !record.isEmpty { record[place] ^= UInt8(truncatingIfNeeded: amount) }
    case 1: record = []
    case 2: record += record
    case 3: record = bytes + record
    case 4: record.removeSubrange(place...)
    case 5:
      kept += record
      record = []
    case 6:
      record += kept
      kept = []
    case 7: record += other
    default: record = Array(record[..<place]) + bytes + Array(record[place...])
    }
    return record
  }
}
