/// The bytes of a body, which read as text where text is wanted.
///
///     print(body ?? "", body?.count ?? 0)
///
/// Corresponds to the strings of bytes that Perl's `AnyEvent::HTTP` takes and gives.
public struct HTTPBody: Hashable, Sendable {
  /// The bytes.
  public var bytes: [UInt8]

  /// A body without bytes.
  public init() { bytes = [] }

  /// A body of these bytes.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The UTF-8 of a text.
  public init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

  /// The bytes as text: their UTF-8 if it is valid, else one character for each byte.
  public var text: String { Self.text(of: bytes) }

  /// The text that bytes of a message mean.
  static func text(of bytes: [UInt8]) -> String {
    String(validating: bytes, as: UTF8.self)
      ?? String(String.UnicodeScalarView(bytes.lazy.map { Unicode.Scalar($0) }))
  }
}

extension HTTPBody: RandomAccessCollection {
  /// The place of the first byte.
  public var startIndex: Int { 0 }
  /// Behind the last byte.
  public var endIndex: Int { bytes.count }
  /// The byte at a place.
  public subscript(index: Int) -> UInt8 { bytes[index] }
}

extension HTTPBody: ExpressibleByStringInterpolation, CustomStringConvertible {
  /// The UTF-8 of a text.
  public init(stringLiteral text: String) { self.init(text) }

  /// The ``text``.
  public var description: String { text }
}

/// A type that can be sent as a body: bytes, a text (its UTF-8), or an ``HTTPBody``.
public protocol HTTPBodyConvertible {
  /// The bytes that are sent.
  var httpBody: HTTPBody { get }
}

extension HTTPBody: HTTPBodyConvertible {
  /// This body.
  public var httpBody: HTTPBody { self }
}

extension String: HTTPBodyConvertible {
  /// Its UTF-8.
  public var httpBody: HTTPBody { HTTPBody(self) }
}

extension Array: HTTPBodyConvertible where Element == UInt8 {
  /// These bytes.
  public var httpBody: HTTPBody { HTTPBody(self) }
}
