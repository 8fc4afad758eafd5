internal import AEValue
internal import Glibc

/// Lines, without their ends.
///
/// The callback's parameters decide what it gets: `{ handle, line in … }` the text (see ``HandleBuffer/text``), `{
/// handle, line, eol in … }` also the text of its end, and `{ (handle, line: [UInt8]) in … }` the bytes, which are
/// those of the other end even where they are not valid UTF-8. A line that is cut off by the end of the stream is not
/// given out.
extension HandleReadType where Output == String {
  /// A line that ends with LF or CR LF.
  public static var line: Self { lines(nil, piece) }

  /// A line that ends with `eol`.
  public static func line(_ eol: String) -> Self { lines(Array(eol.utf8), piece) }
}

extension HandleReadType where Output == (String, String) {
  /// A line that ends with LF or CR LF, and its end.
  @_disfavoredOverload
  public static var line: Self { lines(nil, piece) }

  /// A line that ends with `eol`, and that.
  @_disfavoredOverload
  public static func line(_ eol: String) -> Self { lines(Array(eol.utf8), piece) }
}

extension HandleReadType where Output == [UInt8] {
  /// The bytes of a line that ends with LF or CR LF.
  @_disfavoredOverload
  public static var line: Self { lines(nil, piece) }

  /// The bytes of a line that ends with `eol`.
  @_disfavoredOverload
  public static func line(_ eol: String) -> Self { lines(Array(eol.utf8), piece) }

  /// The bytes of a line that ends with the bytes `eol`.
  @_disfavoredOverload
  public static func line(_ eol: [UInt8]) -> Self { lines(eol, piece) }
}

extension HandleReadType where Output == ([UInt8], [UInt8]) {
  /// The bytes of a line that ends with LF or CR LF, and of its end.
  @_disfavoredOverload
  public static var line: Self { lines(nil, piece) }

  /// The bytes of a line that ends with `eol`, and of that.
  @_disfavoredOverload
  public static func line(_ eol: String) -> Self { lines(Array(eol.utf8), piece) }

  /// The bytes of a line that ends with the bytes `eol`, and those.
  @_disfavoredOverload
  public static func line(_ eol: [UInt8]) -> Self { lines(eol, piece) }
}

extension HandleReadType {
  /// Lines that end with `eol`; nil: with LF or CR LF.
  fileprivate static func lines(
    _ eol: [UInt8]?, _ piece: @escaping (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Output
  ) -> Self {
    Self(name: "line", .ofStream) {
      var search = LineSearch(eol)
      return { rbuf in
        guard let (end, next) = search.end(in: rbuf) else { return nil }
        let bytes = rbuf.bytes
        let line = piece(
          UnsafeRawBufferPointer(rebasing: bytes[..<end]),
          UnsafeRawBufferPointer(rebasing: bytes[end..<next]))
        rbuf.removeFirst(next)
        return line
      }
    }
  }
}

/// Looks for the end of a line, and remembers how much of the stream was searched in vain, wherever the
/// buffer begins by now.
private struct LineSearch {
  private let eol: [UInt8]?
  /// The end of that part, counted from the first byte that was ever in the buffer.
  private var searched = 0

  init(_ eol: [UInt8]?) { self.eol = eol }

  /// The ends of the line without and with its mark.
  mutating func end(in rbuf: ByteBuffer) -> (end: Int, next: Int)? {
    let start = max(0, searched - rbuf.consumedCount)
    guard let eol else {
      guard let end = rbuf.bytes.index(of: UInt8(ascii: "\n"), from: start) else {
        searched = rbuf.consumedCount + rbuf.count
        return nil
      }
      let hasReturn = end > 0 && rbuf.bytes[end - 1] == UInt8(ascii: "\r")
      return (hasReturn ? end - 1 : end, end + 1)
    }
    return self.end(in: rbuf, eol, from: start)
  }

  private mutating func end(
    in rbuf: ByteBuffer, _ eol: [UInt8], from start: Int
  ) -> (end: Int, next: Int)? {
    let bytes = rbuf.bytes
    // Every place ends a line of nothing, as in Perl.
    guard let first = eol.first else { return (0, 0) }
    var place = start
    while let start = bytes.index(of: first, from: place) {
      guard start + eol.count <= bytes.count else {
        searched = rbuf.consumedCount + start
        return nil
      }
      if bytes[start..<start + eol.count].elementsEqual(eol) { return (start, start + eol.count) }
      place = start + 1
    }
    searched = rbuf.consumedCount + bytes.count
    return nil
  }
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
