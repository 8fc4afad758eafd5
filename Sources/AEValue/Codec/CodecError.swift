/// Why a document could not be read or written.
public struct CodecError: Error, Equatable, CustomStringConvertible {
  /// The kind of error, for programs.
  public let code: Code
  /// The place, in bytes from the start of the document or stream; when encoding, the number of written
  /// bytes.
  public let offset: Int
  /// The place for people: set only by ``JSON/decodeConfiguration(_:limits:)``.
  public let position: Position?

  /// A place in a text file; both count from 1, columns in bytes.
  public struct Position: Hashable, Sendable {
    /// The line.
    public let line: Int
    /// The column, in bytes.
    public let column: Int
  }

  init(_ code: Code, at offset: Int, position: Position? = nil) {
    self.code = code
    self.offset = offset
    self.position = position
  }

  /// A sentence without a full stop that says what is wrong and where.
  public var description: String {
    if let position {
      return "\(code.sentence) at line \(position.line), column \(position.column)"
    }
    return "\(code.sentence) at byte \(offset)"
  }
}

extension CodecError {
  /// The kind of error in a document.
  ///
  /// A struct, so that codes can be added; compare with the constants.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The number of the code; of no meaning outside this process.
    public let rawValue: UInt8

    /// Creates a code from its number.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The data ends in the middle of a document.
    public static var truncated: Code { Code(rawValue: 1) }
    /// The document is larger than ``CodecLimits/maximumSize``.
    public static var tooLarge: Code { Code(rawValue: 2) }
    /// The document nests deeper than ``CodecLimits/maximumDepth``.
    public static var tooDeep: Code { Code(rawValue: 3) }
    /// A byte that can't stand where it does.
    public static var malformed: Code { Code(rawValue: 4) }
    /// Text that is not UTF-8.
    public static var invalidUTF8: Code { Code(rawValue: 5) }
    /// A number that is written in no allowed way.
    public static var invalidNumber: Code { Code(rawValue: 6) }
    /// A `\` in a string without one of the characters that may follow it.
    public static var invalidEscape: Code { Code(rawValue: 7) }
    /// A control character in a string.
    public static var controlCharacter: Code { Code(rawValue: 8) }
    /// Bytes follow the document.
    public static var trailingData: Code { Code(rawValue: 9) }
    /// A packet that is not an array, or whose first element can't be a port name.
    public static var notAPacket: Code { Code(rawValue: 10) }
    /// An infinite number or NaN is to be written; the network does not carry them.
    public static var notFinite: Code { Code(rawValue: 11) }
    /// The document holds more values than ``CodecLimits/maximumValues``.
    public static var tooManyValues: Code { Code(rawValue: 12) }

    /// The error in words that a place can follow.
    var sentence: String {
      switch self {
      case .truncated: "the data ends in the middle of a document"
      case .tooLarge: "the document is larger than the limit"
      case .tooDeep: "the document is nested deeper than the limit"
      case .malformed: "unexpected byte"
      case .invalidUTF8: "text that is not UTF-8"
      case .invalidNumber: "a number that is not written as one"
      case .invalidEscape: "an unknown escape in a string"
      case .controlCharacter: "a control character in a string"
      case .trailingData: "unexpected data after the document"
      case .notAPacket: "not a packet: an array that starts with a port name was expected"
      case .tooManyValues: "the document holds more values than the limit"
      case .notFinite: "an infinite number or NaN can't be sent"
      default: "error \(rawValue)"
      }
    }
  }
}

extension Array where Element == UInt8 {
  /// `withUnsafeBytes` for a body with typed errors.
  func withUnsafeBytesTyped<R>(
    _ body: (UnsafeRawBufferPointer) throws(CodecError) -> R
  ) throws(CodecError) -> R {
    let result: Result<R, CodecError> = withUnsafeBytes { bytes in
      do throws(CodecError) { return .success(try body(bytes)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}
