/// A form in which ``Handle/push_read(_:_:)`` reads.
///
/// There may be others than those below: an `init` with a closure corresponds to Perl's
/// `anyevent_read_type`.
public struct HandleReadType<Output> {
  let name: String
  let make: () -> (ByteBuffer) throws -> Output?
  let memory: Memory

  /// The memory of a form from one look to the next.
  enum Memory {
    /// Nothing: each look begins at the front.
    case none
    /// A state that holds as long as no other request takes from the buffer.
    case ofBuffer
    /// A place in the stream, which holds even if other requests take from the buffer.
    case ofStream
  }

  /// A form of one's own.
  ///
  /// `make` is called for each request, and anew when others have taken from the buffer meanwhile. The
  /// closure that it returns is called when bytes have arrived: it takes a piece from the front of the
  /// buffer and returns it, or returns nil when there is not enough, having taken nothing, or throws when
  /// the data does not have the form. It should remember how far it has looked: a peer may send single
  /// bytes.
  public init(name: String, make: @escaping () -> (_ rbuf: ByteBuffer) throws -> Output?) {
    self.init(name: name, memory: .ofBuffer, make: make)
  }

  init(
    name: String, memory: Memory, make: @escaping () -> (_ rbuf: ByteBuffer) throws -> Output?
  ) {
    self.name = name
    self.memory = memory
    self.make = make
  }
}

/// Why data does not have the requested form.
struct HandleReadFailure: Error, CustomStringConvertible {
  let description: String
}

extension ByteBuffer {
  /// Takes bytes from the front.
  func takeFirst(_ count: Int) -> [UInt8] {
    let taken = Array(bytes[..<count])
    removeFirst(count)
    return taken
  }
}

extension HandleReadType where Output == [UInt8] {
  /// A number of bytes; a negative number stops the program with a sentence.
  public static func chunk(
    _ count: Int, file: StaticString = #fileID, line: UInt = #line
  ) -> Self {
    require(
      count >= 0, "chunk(\(count)): a handle reads no fewer than 0 bytes", file: file, line: line)
    return Self(name: "chunk") { { $0.count >= count ? $0.takeFirst(count) : nil } }
  }

  /// A netstring: the length in digits, a colon, the bytes, a comma.
  public static var netstring: Self {
    Self(name: "netstring") {
      { rbuf in
        guard let (length, start) = try netstringHead(rbuf.bytes) else { return nil }
        guard rbuf.count > start + length else { return nil }
        guard rbuf.bytes[start + length] == UInt8(ascii: ",") else {
          throw HandleReadFailure(description: "no comma behind it")
        }
        rbuf.removeFirst(start)
        let content = rbuf.takeFirst(length)
        rbuf.removeFirst(1)
        return content
      }
    }
  }

  /// Bytes behind their length, which is an integer of a fixed size, or `w`.
  public static func packstring(_ format: HandleLengthFormat) -> Self {
    Self(name: "packstring") {
      { rbuf in
        guard let (length, size) = try format.read(rbuf.bytes), rbuf.count >= size + length
        else { return nil }
        rbuf.removeFirst(size)
        return rbuf.takeFirst(length)
      }
    }
  }
}

extension HandleReadType where Output == Value {
  /// A JSON array or hash.
  public static var json: Self { document(.json) }

  /// A CBOR value.
  public static var cbor: Self { document(.cbor) }

  private static func document(_ framing: Framing) -> Self {
    Self(name: framing.rawValue) {
      var reader = DocumentReader(framing: framing)
      var failure: CodecError?
      return { rbuf in
        // Broken data stays broken: following bytes need no further look.
        if let failure { throw failure }
        do throws(CodecError) {
          return try reader.next(in: rbuf)
        } catch {
          failure = error
          throw error
        }
      }
    }
  }
}

/// Whether a stream begins with TLS, judged by its first bytes.
public struct TLSDetection: Hashable, Sendable {
  /// Whether it begins with TLS.
  public let detected: Bool
  /// The version of the record: 3.1 to 3.4 for TLS 1.0 to 1.3, zeros when it is no TLS.
  public let major: UInt8
  /// The second part of the version.
  public let minor: UInt8
}

extension HandleReadType where Output == TLSDetection {
  /// Says whether the data is the beginning of a TLS handshake, and takes nothing.
  ///
  /// Corresponds to Perl's read type `tls_detect`.
  public static var tls_detect: Self {
    Self(name: "tls_detect") { { detection($0.bytes) } }
  }

  /// A record of type 22 (handshake) and version 3.x, not too long, with a ClientHello in it.
  private static func detection(_ bytes: UnsafeRawBufferPointer) -> TLSDetection? {
    let none = TLSDetection(detected: false, major: 0, minor: 0)
    if let type = bytes.first, type != 22 { return none }
    if bytes.count > 1, bytes[1] != 3 { return none }
    if bytes.count > 2, bytes[2] > 4 { return none }
    guard bytes.count >= 6 else { return nil }
    let length = Int(bytes[3]) << 8 | Int(bytes[4])
    guard (4...1 << 14).contains(length), bytes[5] == 1 else { return none }
    return TLSDetection(detected: true, major: bytes[1], minor: bytes[2])
  }
}

/// The length of a netstring and the start of its content; nil when more bytes are needed.
private func netstringHead(
  _ bytes: UnsafeRawBufferPointer
) throws -> (length: Int, start: Int)? {
  let digits = bytes.prefix(11).prefix(while: \.isDigit)
  // Ten digits are more than any buffer holds, and leading zeros are not allowed.
  guard digits.count < 11, digits.count < 2 || digits.first != UInt8(ascii: "0") else {
    throw HandleReadFailure(description: "the length is malformed")
  }
  guard digits.count < bytes.count else { return nil }
  guard !digits.isEmpty, bytes[digits.count] == UInt8(ascii: ":") else {
    throw HandleReadFailure(description: "no colon behind the length")
  }
  return (digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }, digits.count + 1)
}
