/// How large a document may be, in both directions.
public struct CodecLimits: Hashable, Sendable {
  /// The largest document, in bytes.
  public var maximumSize: Int

  /// How deep arrays and hashes may nest; a packet's own array counts.
  ///
  /// The network's rule is 512. At most ``deepestNesting`` is honoured, because values are read and freed
  /// recursively.
  public var maximumDepth: Int

  /// How many values a document may hold: the elements of all its arrays, keys and values of all its
  /// hashes, parts of strings in parts, tags, and replaced bytes of invalid UTF-8.
  ///
  /// A value may be one byte and take a hundred in memory, and as many nanoseconds to make and to free
  /// again: this limit bounds them, and ``maximumSize`` bounds long texts.
  public var maximumValues: Int

  /// The nesting beyond which nothing is read or written, with any limits.
  public static var deepestNesting: Int { 1024 }

  /// The limits of documents that are no packets, unless others are given: 64 MiB, 512 levels, any number
  /// of values.
  public static var standard: CodecLimits { CodecLimits() }

  /// Creates limits; omitted ones are as in ``standard``.
  @inlinable public init(
    maximumSize: Int = 64 << 20, maximumDepth: Int = 512, maximumValues: Int = .max
  ) {
    self.maximumSize = maximumSize
    self.maximumDepth = maximumDepth
    self.maximumValues = maximumValues
  }

  /// The depth that is enforced.
  var depth: Int { min(maximumDepth, CodecLimits.deepestNesting) }

  /// For how many elements that a header announces memory is reserved.
  ///
  /// A header is no promise: nested ones could ask for more memory than there is, unless the number of all
  /// announced values is limited.
  var reservation: Int { maximumValues <= 1 << 24 ? .max : 1024 }
}

/// How packets are written on a connection; the raw values are the names in the handshake.
public enum Framing: String, Hashable, Sendable, CaseIterable {
  /// Concise binary object representation, RFC 8949.
  case cbor
  /// JavaScript object notation, RFC 8259, one array after the other.
  case json
}
