/// How large a document may be, in both directions.
public struct CodecLimits: Hashable, Sendable {
  /// The largest document, in bytes.
  public var maximumSize: Int

  /// How deep arrays and hashes may nest; a packet's own array counts.
  ///
  /// The network's rule is 512. No more than ``deepestNesting`` is honoured, whatever is set here:
  /// values are read and freed recursively.
  public var maximumDepth: Int

  /// How many values a document may hold: the elements of all its arrays, keys and values of all its
  /// hashes, parts of strings in parts, tags, and what in texts is no UTF-8 and has to be replaced.
  ///
  /// A value may be one byte and take a hundred in memory, and as many nanoseconds to make and to free
  /// again: this is what bounds them, where ``maximumSize`` bounds long texts.
  public var maximumValues: Int

  /// The nesting beyond which nothing is read or written, whatever the limits say.
  public static var deepestNesting: Int { 1024 }

  /// The limits of documents that are no packets, where nobody sets any: 64 MiB, 512 levels, any number of
  /// values.
  public static var standard: CodecLimits { CodecLimits() }

  /// Creates limits; what is not given is as in ``standard``.
  @inlinable public init(
    maximumSize: Int = 64 << 20, maximumDepth: Int = 512, maximumValues: Int = .max
  ) {
    self.maximumSize = maximumSize
    self.maximumDepth = maximumDepth
    self.maximumValues = maximumValues
  }

  /// The depth that is enforced.
  var depth: Int { min(maximumDepth, CodecLimits.deepestNesting) }

  /// How many elements memory is reserved for because a header announces them.
  ///
  /// A header is no promise: nested ones could ask for more memory than there is, unless what they announce
  /// is limited as a whole.
  var reservation: Int { maximumValues <= 1 << 24 ? .max : 1024 }
}
