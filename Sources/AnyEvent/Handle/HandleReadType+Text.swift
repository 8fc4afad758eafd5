internal import Glibc

extension HandleReadType where Output == String {
  /// A line that ends with LF or CR LF, without its end.
  ///
  /// Text is UTF-8, or one character a byte if it is not valid UTF-8. A line that is cut off by the end
  /// of the stream is not given out.
  public static var line: Self {
    Self(name: "line", memory: .ofStream) {
      var searched = SearchedPart()
      return { rbuf in
        let bytes = rbuf.bytes
        guard let end = bytes.index(of: UInt8(ascii: "\n"), from: searched.end(in: rbuf)) else {
          searched.ends(at: bytes.count, in: rbuf)
          return nil
        }
        let hasReturn = end > 0 && bytes[end - 1] == UInt8(ascii: "\r")
        return text(rbuf, hasReturn ? end - 1 : end, hasReturn ? 2 : 1)
      }
    }
  }

  /// A line that ends with `eol`, without its end.
  public static func line(_ eol: String) -> Self {
    let end = Array(eol.utf8)
    return Self(name: "line", memory: .ofStream) {
      var searched = SearchedPart()
      return { rbuf in
        let bytes = rbuf.bytes
        guard let first = end.first else { return text(rbuf, 0, 0) }
        var place = searched.end(in: rbuf)
        while let start = bytes.index(of: first, from: place) {
          guard start + end.count <= bytes.count else {
            searched.ends(at: start, in: rbuf)
            return nil
          }
          if bytes[start..<start + end.count].elementsEqual(end) {
            return text(rbuf, start, end.count)
          }
          place = start + 1
        }
        searched.ends(at: bytes.count, in: rbuf)
        return nil
      }
    }
  }

  /// All up to and including the first match of `accept`.
  ///
  /// The expressions see one character for each byte. `reject` is looked for when `accept` does not
  /// match; data in which it is found is refused. All data is matched again when more arrives; beyond
  /// 1 KB matching takes at most half of the time, so that a match is found later by as long as one
  /// search takes. Set `rbuf_max` where the other end may send much.
  public static func regex<A, R>(
    _ accept: Regex<A>, reject: Regex<R>
  ) -> Self {
    regex(accept) { characters in
      if characters.firstMatch(of: reject.matchingSemantics(.unicodeScalar)) != nil {
        throw HandleReadFailure(description: "it is of the kind that is rejected")
      }
    }
  }

  /// All up to and including the first match of `accept`.
  public static func regex<A>(_ accept: Regex<A>) -> Self { regex(accept) { _ in } }

  private static func regex<A>(
    _ accept: Regex<A>, reject: @escaping (String) throws -> Void
  ) -> Self {
    let accept = accept.matchingSemantics(.unicodeScalar)
    return Self(name: "regex", memory: .none) {
      { rbuf in
        let characters = String(latin1: rbuf.bytes)
        guard let match = characters.firstMatch(of: accept) else {
          try reject(characters)
          return nil
        }
        let count = characters.unicodeScalars.distance(
          from: characters.startIndex, to: match.range.upperBound)
        return text(rbuf, count, 0)
      }
    }
  }

  /// Takes `count` bytes of text, and drops `behind` bytes after them.
  private static func text(_ rbuf: ByteBuffer, _ count: Int, _ behind: Int) -> String {
    let bytes = rbuf.takeFirst(count)
    rbuf.removeFirst(behind)
    return String(utf8OrLatin1: bytes)
  }
}

/// The part of a stream that was searched in vain, wherever the buffer begins by now.
private struct SearchedPart {
  /// Its end, counted from the first byte that was ever in the buffer.
  private var place = 0

  /// Its end in the buffer.
  func end(in rbuf: ByteBuffer) -> Int { max(0, place - rbuf.consumedCount) }

  mutating func ends(at index: Int, in rbuf: ByteBuffer) { place = rbuf.consumedCount + index }
}

extension UnsafeRawBufferPointer {
  /// The first place of a byte from `start` on.
  fileprivate func index(of byte: UInt8, from start: Int) -> Int? {
    guard let base = baseAddress, start < count,
      let found = memchr(base + start, CInt(byte), count - start)
    else { return nil }
    return UnsafeRawPointer(found) - base
  }
}
