internal import Glibc

/// Stops the program because of a mistake in it: writes the place and a sentence about it to standard
/// error, then aborts.
///
/// The same in all builds, because a mistake that only a debug build explains is found by users. Any
/// thread. `sentence` says what is wrong and what to write instead; `file` and `line` are the place
/// of the mistake, or, where the caller is not known, of the check.
@usableFromInline package func misuse(
  _ sentence: String, file: StaticString = #fileID, line: UInt = #line
) -> Never {
  writeLastWords(file, line, sentence)
  abort()
}

/// Stops the program as ``misuse(_:file:line:)`` does unless the condition holds.
@inlinable @inline(__always) package func require(
  _ condition: @autoclosure () -> Bool, _ sentence: @autoclosure () -> String,
  file: StaticString = #fileID, line: UInt = #line
) {
  if !condition() { misuse(sentence(), file: file, line: line) }
}

/// Ends the program with code 1 and a sentence on standard error.
///
/// For things that the program needs and the system refuses, such as the descriptors of an event loop. Any thread.
package func giveUp(_ sentence: String) -> Never {
  writeLastWords(nil, 0, sentence)
  exit(1)
}

/// Writes one line to standard error at once, without allocating: there may be no memory left.
private func writeLastWords(_ file: StaticString?, _ line: UInt, _ sentence: String) {
  withUnsafeTemporaryAllocation(byteCount: 2048, alignment: 1) { buffer in
    var count = 0
    // The last byte is for the end of the line.
    func put(_ byte: UInt8) {
      guard count < buffer.count - 1 else { return }
      buffer[count] = byte
      count += 1
    }
    func put(_ bytes: some Sequence<UInt8>) { for byte in bytes { put(byte) } }
    if let file {
      file.withUTF8Buffer { put($0) }
      put(UInt8(ascii: ":"))
      putDecimal(line, put)
      put(": ".utf8)
    } else {
      if let path = CommandLine.unsafeArgv[0] {
        let name = strrchr(path, CInt(UInt8(ascii: "/"))).map { $0 + 1 } ?? path
        let bytes = UnsafeRawBufferPointer(start: name, count: strlen(name))
        LegibleText.each(of: bytes.assumingMemoryBound(to: UInt8.self), .swift, put)
        put(": ".utf8)
      }
    }
    putLegible(sentence, put)
    buffer[count] = UInt8(ascii: "\n")
    // The program ends in any case: a reader that takes nothing holds it up for a second, not for ever.
    _ = SystemCalls.writeAll(
      UnsafeRawBufferPointer(rebasing: buffer[...count]), to: STDERR_FILENO, patience: 1000)
  }
}

/// Makes a sentence legible: names in it may come from others, and must have no effect on a terminal.
private func putLegible(_ sentence: String, _ put: (UInt8) -> Void) {
  // All strings of Swift's own have their bytes in one piece.
  let isWritten: Void? = sentence.utf8.withContiguousStorageIfAvailable {
    LegibleText.each(of: $0, .swift, put)
  }
  if isWritten == nil { for byte in LegibleText.text(sentence, .swift).utf8 { put(byte) } }
}

private func putDecimal(_ number: UInt, _ put: (UInt8) -> Void) {
  if number >= 10 { putDecimal(number / 10, put) }
  put(UInt8(ascii: "0") + UInt8(number % 10))
}
