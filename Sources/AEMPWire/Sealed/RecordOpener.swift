/// One direction of a sealed connection, on the receiving side: records in, a stream of bytes out.
///
///     while true {
///       switch try opener.next(&input) {
///       case .incomplete: return          // wait for more
///       case .content(let bytes): …       // valid until the next call
///       case .end: …                      // the other end has closed
///       }
///     }
///
/// A record that is whole in the input is opened where it lies; one that comes in pieces is put
/// together in a buffer that is kept. A record is authenticated as a whole before any of its bytes are
/// given out, and after an error none are.
public final class RecordOpener {
  /// The result of ``next(_:)``.
  public enum Step {
    /// All of the input was taken, and more is needed.
    case incomplete
    /// The content of a record; valid until the next call and as long as the input is.
    case content(UnsafeRawBufferPointer)
    /// The other end has finished.
    case end
  }

  private let cipher: (any RecordCipher)?
  /// The number of the next record.
  @exclusivity(unchecked) private var number: UInt64 = 0
  /// The beginning of a record whose rest has not arrived.
  @exclusivity(unchecked) private var pieces = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  @exclusivity(unchecked) private var collected = 0
  @exclusivity(unchecked) private var failure: RecordError?
  /// Whether the other end has finished its stream.
  public private(set) var isEnded = false

  /// The opener of received records.
  public init(_ keys: SealedKeys) {
    cipher = keys.method.cipher(keys.receive, seals: false)
  }

  deinit { pieces.deallocate() }

  /// The next record of the input, which is shortened by the taken bytes and overwritten.
  ///
  /// - Throws: ``RecordError``, and the same one again ever after.
  public func next(_ input: inout UnsafeMutableRawBufferPointer) throws(RecordError) -> Step {
    if let failure { throw failure }
    do throws(RecordError) {
      return try collected > 0 ? finishPieces(&input) : openInPlace(&input)
    } catch {
      failure = error
      throw error
    }
  }

  /// Gives the memory for pieces back, unless there are some.
  package func giveBackIfIdle() {
    guard collected == 0, !pieces.isEmpty else { return }
    pieces.deallocate()
    pieces = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  }

  /// The connection has ended.
  ///
  /// - Throws: ``RecordError`` unless the stream had ended before.
  public func endOfStream() throws(RecordError) {
    if let failure { throw failure }
    guard isEnded, collected == 0 else { throw .truncated }
  }

  private func openInPlace(
    _ input: inout UnsafeMutableRawBufferPointer
  ) throws(RecordError) -> Step {
    guard !input.isEmpty else { return .incomplete }
    guard !isEnded else { throw .afterEnd }
    var needed = RecordFormat.headerLength
    if input.count >= needed {
      needed = try RecordOpener.recordLength(UnsafeRawBufferPointer(input))
      if input.count >= needed {
        let record = UnsafeMutableRawBufferPointer(rebasing: input[..<needed])
        input = UnsafeMutableRawBufferPointer(rebasing: input[needed...])
        return try open(record)
      }
    }
    collect(&input, upTo: needed)
    return .incomplete
  }

  private func finishPieces(
    _ input: inout UnsafeMutableRawBufferPointer
  ) throws(RecordError) -> Step {
    collect(&input, upTo: RecordFormat.headerLength)
    guard collected >= RecordFormat.headerLength else { return .incomplete }
    let length = try RecordOpener.recordLength(UnsafeRawBufferPointer(pieces))
    collect(&input, upTo: length)
    guard collected == length else { return .incomplete }
    collected = 0
    return try open(UnsafeMutableRawBufferPointer(rebasing: pieces[..<length]))
  }

  /// Moves bytes from the input to the pieces until these have `count` bytes.
  private func collect(_ input: inout UnsafeMutableRawBufferPointer, upTo count: Int) {
    let taken = min(input.count, count - collected)
    guard taken > 0 else { return }
    if pieces.count < count { makeRoom(for: count) }
    UnsafeMutableRawBufferPointer(rebasing: pieces[collected...])
      .copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<taken]))
    collected += taken
    input = UnsafeMutableRawBufferPointer(rebasing: input[taken...])
  }

  private func makeRoom(for count: Int) {
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: pieces[..<collected]))
    pieces.deallocate()
    pieces = larger
  }

  /// The length of the record that begins here, its header included.
  private static func recordLength(_ start: UnsafeRawBufferPointer) throws(RecordError) -> Int {
    let length = UInt32(bigEndian: start.loadUnaligned(as: UInt32.self))
    guard length >= RecordFormat.codeLength,
      length <= RecordFormat.codeLength + RecordFormat.maximumContent
    else { throw .wrongLength(length) }
    return RecordFormat.headerLength + Int(length)
  }

  private func open(_ record: UnsafeMutableRawBufferPointer) throws(RecordError) -> Step {
    let content = UnsafeMutableRawBufferPointer(rebasing: record[RecordFormat.overhead...])
    guard let cipher, cipher.open(record, number: number) else { throw .notAuthentic }
    number += 1
    guard !content.isEmpty else {
      isEnded = true
      return .end
    }
    return .content(UnsafeRawBufferPointer(content))
  }
}

extension RecordOpener: CustomReflectable {
  /// A mirror without children, so that `dump` shows nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why a sealed stream is not read any further: a code for programs and a sentence for people.
///
/// The sentence holds no text of the other end.
public struct RecordError: CodedError {
  /// The kind of problem.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The name of the problem.
    public let rawValue: String

    /// A code with the given name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A record cannot have this length.
    public static let wrongLength = Code(rawValue: "wrongLength")
    /// A record was changed, repeated, left out or forged.
    public static let notAuthentic = Code(rawValue: "notAuthentic")
    /// The connection ended before the stream did.
    public static let truncated = Code(rawValue: "truncated")
    /// Bytes follow the end of the stream.
    public static let afterEnd = Code(rawValue: "afterEnd")
    /// The cipher does not work here.
    public static let notSealed = Code(rawValue: "notSealed")
  }

  /// The kind of problem.
  public let code: Code
  /// A sentence that says what is wrong.
  public let description: String

  static func wrongLength(_ length: UInt32) -> RecordError {
    RecordError(
      code: .wrongLength, description: "a sealed record cannot have a length of \(length) bytes")
  }

  static let notAuthentic = RecordError(
    code: .notAuthentic,
    description: "a sealed record cannot be opened: somebody has changed what was sent")

  /// The connection ended before the stream did.
  public static let truncated = RecordError(
    code: .truncated,
    description: "the connection was cut: the other node's sealed stream has no end")

  static let afterEnd = RecordError(
    code: .afterEnd, description: "something follows the end of the sealed stream")

  static let notSealed = RecordError(
    code: .notSealed, description: "OpenSSL cannot encrypt: is there memory left?")
}
