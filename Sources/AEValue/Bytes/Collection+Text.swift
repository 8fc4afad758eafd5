extension Collection<UInt8> {
  /// The text that the bytes mean: their UTF-8 if it is valid, else one character for each byte.
  ///
  /// In Perl a text and its bytes are the same string. Parts are taken of the bytes, as Perl does:
  /// `data.prefix(size).text`, because a `String` has characters, and takes CR LF for one.
  public var text: String { String(utf8OrLatin1: Array(self)) }
}
