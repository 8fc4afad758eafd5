import AEValue

/// A number that is the same for two databases with the same keys and values, and hardly ever for others.
///
/// Of a large value it has only the size and a part: a change takes the same time whatever it shows again.
/// It is a sum over the entries, so it does not depend on their order, and follows each change at once.
/// It tells a mistake, not an attack: nobody is kept from making up entries with the same sum.
struct DatabaseDigest: Equatable {
  private(set) var sum: UInt64 = 0
  private(set) var keys = 0
  private let family: UInt64

  /// The part of the digest that is made of a family's entries.
  init(family: String = "") {
    var hash = Hash()
    hash.add(family)
    self.family = hash.value
  }

  mutating func add(_ key: String, _ value: Value) {
    sum &+= entry(key, value)
    keys += 1
  }

  mutating func remove(_ key: String, _ value: Value) {
    sum &-= entry(key, value)
    keys -= 1
  }

  static func += (whole: inout DatabaseDigest, part: DatabaseDigest) {
    whole.sum &+= part.sum
    whole.keys += part.keys
  }

  private func entry(_ key: String, _ value: Value) -> UInt64 {
    var hash = Hash(value: family)
    hash.add(key)
    hash.add(value)
    return hash.value
  }

  /// Sixteen hexadecimal digits.
  var text: String {
    let digits = String(sum, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// A hash that is the same in every process.
private struct Hash {
  var value: UInt64 = 0x9e37_79b9_7f4a_7c15

  mutating func mix(_ word: UInt64) {
    value = (value ^ word) &* 0xff51_afd7_ed55_8ccd
    value ^= value >> 32
  }

  mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
  }

  /// Adds the number of bytes, and all of them, or the first and the last ones.
  private mutating func add(_ bytes: UnsafeRawBufferPointer) {
    mix(UInt64(bytes.count))
    guard bytes.count > 2 * Self.mostBytes else { return addAll(bytes) }
    addAll(UnsafeRawBufferPointer(rebasing: bytes.prefix(Self.mostBytes)))
    addAll(UnsafeRawBufferPointer(rebasing: bytes.suffix(Self.mostBytes)))
  }

  private static let mostBytes = 64

  private mutating func addAll(_ bytes: UnsafeRawBufferPointer) {
    let words = bytes.count / 8
    for index in 0..<words { mix(bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)) }
    var rest: UInt64 = 0
    for byte in bytes[(words * 8)...] { rest = rest << 8 | UInt64(byte) }
    mix(rest)
  }

  /// The most elements of an array or a hash that are looked at, and how deep.
  private static let (mostElements, mostLevels) = (8, 3)

  /// Adds a value by its meaning: the same number or text may come in several forms.
  mutating func add(_ value: Value, levels: Int = mostLevels) {
    switch value {
    case .null: mix(1)
    case .bool(let flag): mix(flag ? 2 : 3)
    case .int(let number): addNumber(UInt64(bitPattern: Int64(number)))
    case .uint(let number): addNumber(UInt64(number))
    case .double(let number):
      if let whole = Int64(exactly: number) {
        addNumber(UInt64(bitPattern: whole))
      } else {
        mix(5)
        mix(number.bitPattern)
      }
    case .string(let text):
      mix(6)
      add(text)
    case .bytes(let bytes):
      mix(6)
      bytes.withUnsafeBytes { add($0) }
    case .array(let elements):
      mix(7)
      mix(UInt64(elements.count))
      guard levels > 0 else { return }
      for element in elements.prefix(Self.mostElements) { add(element, levels: levels - 1) }
    case .hash(let elements):
      mix(8)
      mix(UInt64(elements.count))
      // Their order is by chance, so it is all or none.
      guard levels > 0, elements.count <= Self.mostElements else { return }
      var sum: UInt64 = 0
      for (key, element) in elements {
        var hash = Hash()
        hash.add(key)
        hash.add(element, levels: levels - 1)
        sum &+= hash.value
      }
      mix(sum)
    }
  }

  private mutating func addNumber(_ bits: UInt64) {
    mix(4)
    mix(bits)
  }
}
