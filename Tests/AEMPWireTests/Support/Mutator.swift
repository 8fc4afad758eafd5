import TestSupport

/// Makes streams that no node sends, the same for the same seed.
struct Mutator {
  private static let fragments = [
    "aemp;", "aemp-dataconn;1;", ";1;", "\n", "\r\n", "hmac_sha3_512;", "cleartext;", "tls_anon;;",
    ";cbor\n", ",", "%3b", "%", "=", "\u{0}", String(repeating: "a", count: 4095), "é",
  ].map { Array($0.utf8) }

  var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func number(in range: ClosedRange<Int>) -> Int { .random(in: range, using: &random) }

  private mutating func byte() -> UInt8 { .random(in: 0...255, using: &random) }

  private mutating func fragment() -> [UInt8] {
    Mutator.fragments[number(in: 0...Mutator.fragments.count - 1)]
  }

  /// The stream with one to three mistakes, most of them in the handshake at its beginning.
  mutating func mutated(_ stream: [UInt8]) -> [UInt8] {
    var stream = stream
    for _ in 1...number(in: 1...3) { mutate(&stream) }
    return stream
  }

  private mutating func mutate(_ stream: inout [UInt8]) {
    let place = number(in: 0...min(stream.count, 400))
    switch number(in: 0...6) {
    case 0 where place < stream.count: stream[place] ^= 1 << UInt8(number(in: 0...7))
    case 1 where place < stream.count: stream[place] = byte()
    case 2: stream.removeSubrange(place..<number(in: place...min(stream.count, place + 60)))
    case 3:
      let end = number(in: place...min(stream.count, place + 200))
      stream.insert(contentsOf: stream[place..<end], at: place)
    case 4: stream.removeSubrange(place...)
    case 5: stream.insert(contentsOf: fragment(), at: place)
    default: stream.insert(byte(), at: place)
    }
  }

  /// Random bytes and pieces of greetings in any order.
  mutating func noise() -> [UInt8] {
    var stream: [UInt8] = []
    for _ in 0..<number(in: 0...30) {
      if number(in: 0...1) == 0 {
        stream += fragment()
      } else {
        for _ in 0..<number(in: 0...20) { stream.append(byte()) }
      }
    }
    return stream
  }
}
