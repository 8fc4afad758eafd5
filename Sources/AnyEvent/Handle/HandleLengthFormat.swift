internal import AEValue

/// How `packstring` writes lengths: a letter of Perl's `pack`, one of `cCsSlLqQiInNvVjJw`, and perhaps `!`,
/// `<` or `>` behind it.
///
/// `.packstring("n")` is Perl's spelling, `.packstring(.n)` the same. Unless a letter or a sign says otherwise,
/// integers lie as in this machine's memory.
public struct HandleLengthFormat: Hashable, Sendable {
  /// How many bytes an integer has; 0: as many as needed, seven bits in each.
  private var size: Int
  private var isSigned = false
  private var isBigEndian = Self.machineIsBigEndian

  private static let machineIsBigEndian = 1.bigEndian == 1

  /// Why a length cannot be written or read.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Lengths of more bits than this are refused: no memory has so many bytes.
  private static let maximumBits = 56
}

// MARK: - Names

extension HandleLengthFormat {
  /// One byte, from 0 to 127.
  public static let c = HandleLengthFormat(size: 1, isSigned: true)
  /// One byte.
  public static let C = HandleLengthFormat(size: 1)
  /// Two bytes, up to 32,767.
  public static let s = HandleLengthFormat(size: 2, isSigned: true)
  /// Two bytes.
  public static let S = HandleLengthFormat(size: 2)
  /// Four bytes, up to 2,147,483,647.
  public static let l = HandleLengthFormat(size: 4, isSigned: true)
  /// Four bytes.
  public static let L = HandleLengthFormat(size: 4)
  /// Eight bytes, signed.
  public static let q = HandleLengthFormat(size: 8, isSigned: true)
  /// Eight bytes.
  public static let Q = HandleLengthFormat(size: 8)
  /// An `int` of C, signed.
  public static let i = HandleLengthFormat(size: MemoryLayout<CInt>.size, isSigned: true)
  /// An `unsigned int` of C.
  public static let I = HandleLengthFormat(size: MemoryLayout<CUnsignedInt>.size)
  /// An integer of Perl's own, signed: eight bytes.
  public static let j = HandleLengthFormat(size: 8, isSigned: true)
  /// An integer of Perl's own: eight bytes.
  public static let J = HandleLengthFormat(size: 8)
  /// Two bytes, the higher one first.
  public static let n = HandleLengthFormat(size: 2, isBigEndian: true)
  /// Four bytes, the highest one first.
  public static let N = HandleLengthFormat(size: 4, isBigEndian: true)
  /// Two bytes, the lower one first.
  public static let v = HandleLengthFormat(size: 2, isBigEndian: false)
  /// Four bytes, the lowest one first.
  public static let V = HandleLengthFormat(size: 4, isBigEndian: false)
  /// BER: seven bits a byte, the highest ones first, all but the last byte with the high bit set.
  public static let w = HandleLengthFormat(size: 0, isBigEndian: true)

  private static let letters: [UInt8: HandleLengthFormat] = [
    UInt8(ascii: "c"): c, UInt8(ascii: "C"): C, UInt8(ascii: "s"): s, UInt8(ascii: "S"): S,
    UInt8(ascii: "l"): l, UInt8(ascii: "L"): L, UInt8(ascii: "q"): q, UInt8(ascii: "Q"): Q,
    UInt8(ascii: "i"): i, UInt8(ascii: "I"): I, UInt8(ascii: "j"): j, UInt8(ascii: "J"): J,
    UInt8(ascii: "n"): n, UInt8(ascii: "N"): N, UInt8(ascii: "v"): v, UInt8(ascii: "V"): V,
    UInt8(ascii: "w"): w,
  ]

  /// The format of such a text; nil if it is none.
  public init?(_ text: String) {
    var signs = Array(text.utf8)
    guard let letter = signs.first, var format = Self.letters[letter] else { return nil }
    signs.removeFirst()
    let isFixed = "nNvV".utf8.contains(letter)
    for sign in signs {
      switch sign {
      // The sizes of C, or, for those that have a size, a sign.
      case UInt8(ascii: "!") where isFixed: format.isSigned = true
      case UInt8(ascii: "!") where format.size == 4 && "lL".utf8.contains(letter):
        format.size = MemoryLayout<CLong>.size
      case UInt8(ascii: "!") where "sSiIlL".utf8.contains(letter): break
      case UInt8(ascii: "<") where format.size > 1 && !isFixed: format.isBigEndian = false
      case UInt8(ascii: ">") where format.size > 1 && !isFixed: format.isBigEndian = true
      default: return nil
      }
    }
    self = format
  }
}

extension HandleLengthFormat: ExpressibleByStringLiteral {
  /// Perl's spelling; a literal that is no format stops the program with a sentence.
  public init(stringLiteral text: String) {
    guard let format = HandleLengthFormat(text) else {
      misuse(
        "packstring takes one of the formats cCsSlLqQiInNvVjJw, and !, < or > where Perl's pack does, not \"\(text)\""
      )
    }
    self = format
  }
}

// MARK: - Lengths

extension HandleLengthFormat {
  func append(_ length: Int, to buffer: ByteBuffer) throws {
    guard size > 0 else { return appendBER(length, to: buffer) }
    let bits = size * 8 - (isSigned ? 1 : 0)
    guard bits >= Int.bitWidth || length >> bits == 0 else {
      let kind = isSigned ? "a signed length" : "a length"
      throw Failure(
        description:
          "\(length) bytes are too many for \(kind) of \(size) byte\(size == 1 ? "" : "s")")
    }
    for index in 0..<size {
      let shift = (isBigEndian ? size - 1 - index : index) * 8
      buffer.append(UInt8(truncatingIfNeeded: length >> shift))
    }
  }

  private func appendBER(_ length: Int, to buffer: ByteBuffer) {
    var shift = 0
    while length >> (shift + 7) != 0 { shift += 7 }
    while shift > 0 {
      buffer.append(UInt8(truncatingIfNeeded: length >> shift) | 0x80)
      shift -= 7
    }
    buffer.append(UInt8(truncatingIfNeeded: length) & 0x7F)
  }

  /// The length at the front and its own size; nil when there are too few bytes.
  func read(_ bytes: UnsafeRawBufferPointer) throws -> (length: Int, size: Int)? {
    guard size > 0 else { return try readBER(bytes) }
    guard bytes.count >= size else { return nil }
    var number: UInt64 = 0
    for index in 0..<size {
      number = number << 8 | UInt64(bytes[isBigEndian ? index : size - 1 - index])
    }
    if isSigned, number >> (size * 8 - 1) != 0 {
      throw Failure(description: "the length is negative")
    }
    guard number >> Self.maximumBits == 0 else {
      throw Failure(description: "the length is too large")
    }
    return (Int(number), size)
  }

  private func readBER(_ bytes: UnsafeRawBufferPointer) throws -> (length: Int, size: Int)? {
    var length = 0
    for (index, byte) in bytes.enumerated() {
      length = length << 7 | Int(byte & 0x7F)
      guard length >> Self.maximumBits == 0, index < Self.maximumBits / 7 else {
        throw Failure(description: "the length is too large")
      }
      if byte & 0x80 == 0 { return (length, index + 1) }
    }
    return nil
  }
}
