/// How large a document may be, in both directions.
public struct CodecLimits: Hashable, Sendable {
  /// The largest document, in bytes.
  public var maximumSize: Int

  /// How deep arrays and hashes may nest; a packet's own array counts.
  ///
  /// The network's rule is 512. No more than ``deepestNesting`` is honoured, whatever is set here:
  /// values are read and freed recursively.
  public var maximumDepth: Int

  /// The nesting beyond which nothing is read or written, whatever the limits say.
  public static var deepestNesting: Int { 1024 }

  /// The limits of a node that sets none: 64 MiB, 512 levels.
  public static var standard: CodecLimits { CodecLimits() }

  /// Creates limits; what is not given is as in ``standard``.
  @inlinable public init(maximumSize: Int = 64 << 20, maximumDepth: Int = 512) {
    self.maximumSize = maximumSize
    self.maximumDepth = maximumDepth
  }

  /// The depth that is enforced.
  var depth: Int { min(maximumDepth, CodecLimits.deepestNesting) }
}
