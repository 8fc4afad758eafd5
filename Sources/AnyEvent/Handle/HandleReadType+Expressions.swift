internal import AEValue

// Whatever names a regular expression is emitted into the programs that use it: the module of regular
// expressions takes 2 MB of memory, which a program without them need not have.

/// Pieces whose end is a match of a regular expression.
///
/// The expressions see one character for each byte, and `\d`, `\s`, `\w` are those of ASCII, as in Perl for
/// strings of bytes. The whole buffer is matched again when more arrives; beyond 1 KB matching takes at most
/// half of the time, so that a match is found later by as long as one search takes. Set
/// ``Handle/Options/rbuf_max`` where the other end may send much.
extension HandleReadType where Output == String {
  /// All up to and including the first match of `accept`, as text (see ``HandleBuffer/text``).
  ///
  /// `reject` is looked for when `accept` does not match: data in which it is found is refused with `EBADMSG`.
  /// `skip` is looked for when neither matches: all up to and including its match is taken from the buffer,
  /// is no more searched, and becomes the beginning of the piece. It makes long pieces cheap, but
  /// ``Handle/Options/rbuf_max`` does not count what it has taken. Corresponds to Perl's
  /// `regex => $accept, $reject, $skip`.
  @_alwaysEmitIntoClient
  public static func regex<Match>(
    _ accept: Regex<Match>, _ reject: (any RegexComponent)? = nil,
    _ skip: (any RegexComponent)? = nil
  ) -> Self {
    searching(
      placeOfMatch(accept), reject.map { endOfMatch($0) }, skip.map { endOfMatch($0) }
    ) { text, _ in piece(text, UnsafeRawBufferPointer(start: nil, count: 0)) }
  }

  /// A line that ends with a match of `eol`.
  @_alwaysEmitIntoClient
  public static func line<Match>(_ eol: Regex<Match>) -> Self { lines(placeOfMatch(eol), piece) }
}

extension HandleReadType where Output == [UInt8] {
  /// The bytes of all up to and including the first match of `accept`.
  @_alwaysEmitIntoClient @_disfavoredOverload
  public static func regex<Match>(
    _ accept: Regex<Match>, _ reject: (any RegexComponent)? = nil,
    _ skip: (any RegexComponent)? = nil
  ) -> Self {
    searching(
      placeOfMatch(accept), reject.map { endOfMatch($0) }, skip.map { endOfMatch($0) }
    ) { bytes, _ in Array(bytes) }
  }

  /// The bytes of a line that ends with a match of `eol`.
  @_alwaysEmitIntoClient @_disfavoredOverload
  public static func line<Match>(_ eol: Regex<Match>) -> Self { lines(placeOfMatch(eol), piece) }
}

extension HandleReadType where Output == (String, String) {
  /// A line that ends with a match of `eol`, and that.
  @_alwaysEmitIntoClient @_disfavoredOverload
  public static func line<Match>(_ eol: Regex<Match>) -> Self { lines(placeOfMatch(eol), piece) }
}

extension HandleReadType where Output == ([UInt8], [UInt8]) {
  /// The bytes of a line that ends with a match of `eol`, and of that.
  @_alwaysEmitIntoClient @_disfavoredOverload
  public static func line<Match>(_ eol: Regex<Match>) -> Self { lines(placeOfMatch(eol), piece) }
}

extension HandleReadType {
  /// All up to and including the first match of `accept`, and the match, for what Perl has in `$1` and `%+`:
  /// `push_read(.regex(/(\w+)=(\w+);/)) { handle, text, match in print(match.1) }`.
  ///
  /// Its captures have one character for each byte.
  @_alwaysEmitIntoClient @_disfavoredOverload
  public static func regex<Match>(
    _ accept: Regex<Match>, _ reject: (any RegexComponent)? = nil,
    _ skip: (any RegexComponent)? = nil
  ) -> Self where Output == (String, Regex<Match>.Match) {
    let search = firstMatch(accept)
    return searching(
      { search($0).map { ($0.start, $0.end, $0.match) } }, reject.map { endOfMatch($0) },
      skip.map { endOfMatch($0) }
    ) { text, match in
      (HandleReadType<String>.piece(text, UnsafeRawBufferPointer(start: nil, count: 0)), match)
    }
  }

  /// Searches the buffer with closures that the program's module has made of expressions.
  @usableFromInline
  static func searching<Match>(
    _ accept: @escaping (String) -> (start: Int, end: Int, match: Match)?,
    _ reject: ((String) -> Int?)?, _ skip: ((String) -> Int?)?,
    _ piece: @escaping (UnsafeRawBufferPointer, Match) -> Output
  ) -> Self {
    Self(name: "regex", .searching) {
      var skipped: [UInt8] = []
      return { rbuf in
        let characters = String(latin1: rbuf.bytes)
        if let (_, end, match) = accept(characters) {
          let all = skipped + rbuf.takeFirst(end)
          skipped = []
          return all.withUnsafeBytes { piece($0, match) }
        }
        if reject?(characters) != nil {
          throw HandleReadFailure(description: "it is of the kind that is rejected")
        }
        if let end = skip?(characters) { skipped += rbuf.takeFirst(end) }
        return nil
      }
    }
  }

  /// Searches the buffer for the end of a line.
  @usableFromInline
  static func lines(
    _ eol: @escaping (String) -> (start: Int, end: Int, match: Void)?,
    _ piece: @escaping (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Output
  ) -> Self {
    Self(name: "line", .searching) {
      { rbuf in
        let bytes = rbuf.bytes
        guard let (start, end, _) = eol(String(latin1: bytes)) else { return nil }
        let line = piece(
          UnsafeRawBufferPointer(rebasing: bytes[..<start]),
          UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        rbuf.removeFirst(end)
        return line
      }
    }
  }
}

// MARK: - In the program's module

/// Finds the first match of an expression, and its place in characters.
@_alwaysEmitIntoClient
func firstMatch<Match>(
  _ expression: Regex<Match>
) -> (String) -> (start: Int, end: Int, match: Regex<Match>.Match)? {
  let expression = expression.matchingSemantics(.unicodeScalar).asciiOnlyCharacterClasses()
  return { text in
    guard let match = text.firstMatch(of: expression) else { return nil }
    let scalars = text.unicodeScalars
    let start = scalars.distance(from: text.startIndex, to: match.range.lowerBound)
    let count = scalars.distance(from: match.range.lowerBound, to: match.range.upperBound)
    return (start, start + count, match)
  }
}

/// The place of the first match alone.
@_alwaysEmitIntoClient
func placeOfMatch<Match>(
  _ expression: Regex<Match>
) -> (String) -> (start: Int, end: Int, match: Void)? {
  let search = firstMatch(expression)
  return { search($0).map { ($0.start, $0.end, ()) } }
}

/// The end of the first match alone.
@_alwaysEmitIntoClient
func endOfMatch(_ expression: some RegexComponent) -> (String) -> Int? {
  let search = firstMatch(expression.regex)
  return { search($0)?.end }
}
