public import AEValue

/// A form in which `Handle.push_read` reads.
///
/// There may be others than those of the library. One that looks at the bytes alone is made with
/// ``init(name:make:)``; one that is written as Perl's `anyevent_read_type` is, with
/// ``init(anyevent_read_type:)``. As a static property of an extension it is used as theirs are:
///
///     extension HandleReadType<Int> {
///       static var number: Self {
///         Self(anyevent_read_type: { handle, cb in
///           { handle in
///             guard handle.rbuf.count >= 2 else { return false }
///             let bytes = handle.rbuf.take(2)
///             cb(handle, Int(bytes[0]) << 8 | Int(bytes[1]))
///             return true
///           }
///         })
///       }
///     }
///     handle.push_read(.number) { handle, number in … }
public struct HandleReadType<Output> {
  private let name: String
  private let form: Form

  private enum Form {
    /// Looks at the buffer, and takes a piece from its front.
    case look(HandleReadMemory, () -> (ByteBuffer) throws -> Output?)
    /// Makes a callback that is queued.
    case callback((Handle, @escaping (Handle, Output) -> Void) -> (Handle) -> Bool)
  }

  /// A form of one's own, which looks at the bytes alone.
  ///
  /// `make` is called for each request, and anew when others have taken from the buffer meanwhile. The
  /// closure that it returns is called when bytes have arrived: it takes a piece from the front of the
  /// buffer and returns it, or returns nil when there is not enough, having taken nothing, or throws when
  /// the data does not have the form. It should remember how far it has looked: a peer may send single
  /// bytes.
  public init(name: String, make: @escaping () -> (_ rbuf: ByteBuffer) throws -> Output?) {
    self.init(name: name, .ofBuffer, make)
  }

  /// A form of one's own, which gets the handle and what shall be called with the piece, and returns a callback
  /// for `Handle.push_read`: Perl's `anyevent_read_type`.
  public init(
    anyevent_read_type make:
      @escaping (_ handle: Handle, _ cb: @escaping (_ handle: Handle, _ piece: Output) -> Void) ->
      (_ handle: Handle) -> Bool
  ) {
    name = "custom"
    form = .callback(make)
  }

  init(
    name: String, _ memory: HandleReadMemory,
    _ make: @escaping () -> (_ rbuf: ByteBuffer) throws -> Output?
  ) {
    self.name = name
    form = .look(memory, make)
  }

  /// A request for a piece of this form.
  func request(
    _ handle: Handle, _ cb: @escaping (_ handle: Handle, _ piece: Output) -> Void
  ) -> HandleReadRequest {
    switch form {
    case .look(let memory, let make): HandleTypedRequest(name, memory, make, cb)
    case .callback(let make): HandlePlainRequest(make(handle, cb))
    }
  }
}

/// The memory that a form keeps from one look to the next.
enum HandleReadMemory {
  /// A state that holds as long as no other request takes from the buffer.
  case ofBuffer
  /// A place in the stream, which holds even if other requests take from the buffer.
  case ofStream
  /// The pieces that were taken already; the rest of the buffer is searched from the beginning each time.
  case searching
}

/// Why data does not have the requested form.
struct HandleReadFailure: Error, CustomStringConvertible {
  let description: String
}

// MARK: - What the callbacks get

/// The text of a piece.
extension HandleReadType where Output == String {
  @usableFromInline
  static func piece(
    _ content: UnsafeRawBufferPointer, _ end: UnsafeRawBufferPointer
  ) -> Output {
    String(handleBytes: content)
  }
}

/// The bytes of a piece.
extension HandleReadType where Output == [UInt8] {
  @usableFromInline
  static func piece(
    _ content: UnsafeRawBufferPointer, _ end: UnsafeRawBufferPointer
  ) -> Output {
    Array(content)
  }
}

/// The text of a piece, and of its end.
extension HandleReadType where Output == (String, String) {
  @usableFromInline
  static func piece(
    _ content: UnsafeRawBufferPointer, _ end: UnsafeRawBufferPointer
  ) -> Output {
    (String(handleBytes: content), String(handleBytes: end))
  }
}

/// The bytes of a piece, and of its end.
extension HandleReadType where Output == ([UInt8], [UInt8]) {
  @usableFromInline
  static func piece(
    _ content: UnsafeRawBufferPointer, _ end: UnsafeRawBufferPointer
  ) -> Output {
    (Array(content), Array(end))
  }
}
