/// The bytes of one run, taken apart: decisions first, what is fed in behind them.
struct FuzzInput {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  /// The next byte; 0 at the end, so that every input means something.
  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  /// So many bytes, or what is left of them.
  mutating func bytes(_ count: Int) -> [UInt8] {
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  /// Whether nothing is left.
  var isEmpty: Bool { rest.isEmpty }

  /// All that is left.
  var remainder: [UInt8] { Array(rest) }

  /// The rest in pieces; two bytes decide how long they are, and none is empty.
  mutating func pieces() -> [[UInt8]] {
    let lengths = [Int(byte()), Int(byte())].map { max($0, 1) }
    var pieces: [[UInt8]] = []
    while !rest.isEmpty {
      let length = lengths[pieces.count % 2]
      pieces.append(Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    return pieces
  }
}
