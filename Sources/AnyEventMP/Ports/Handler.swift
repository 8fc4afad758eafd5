/// A callback for messages of a port.
///
/// A structure, since Swift keeps an optional closure in a wrapper that costs an allocation and a jump at
/// each call.
struct Handler {
  typealias Callback = (UnsafeBufferPointer<Value>) throws -> Void

  let call: MessageCallback

  /// Does nothing.
  static var none: Handler { Handler(taking: { _ in true }) }

  /// A callback that takes messages in all forms.
  init(taking call: @escaping MessageCallback) { self.call = call }

  /// A callback that takes messages as values.
  init(_ callback: @escaping Callback) {
    call = { input in
      guard input.isValues else { return false }
      try callback(input.values)
      return true
    }
  }
}

/// Takes a message in one of several forms; false if it does not take it in this form.
@usableFromInline typealias MessageCallback = (MessageInput) throws -> Bool

/// The callback that a port keeps for its first tag.
///
/// It cannot be copied, so that it is called where it is: counting references would cost as much as a short message.
/// In return it must not be replaced while it runs, see ``Kernel/retire(_:)``.
struct FirstHandler: ~Copyable {
  private let callback: MessageCallback

  init(_ handler: Handler) { callback = handler.call }

  /// A method that borrows, since reading the closure would count.
  @inline(__always)
  borrowing func call(_ input: MessageInput) throws -> Bool { try callback(input) }

  /// The callback, to be kept elsewhere.
  var handler: Handler { Handler(taking: callback) }
}

/// A message as a callback gets it; valid during the call only.
@usableFromInline
struct MessageInput {
  /// The kinds of object that ``address`` can point to.
  @usableFromInline
  enum Form: UInt8 {
    /// ``count`` values, the tag included. All callbacks take this form.
    case values
    /// A `CBORArgumentReader` behind the tag; a callback that takes the message leaves it behind the packet.
    case cbor
    /// A `JSONArgumentReader` behind the tag.
    case json
    /// ``count`` arguments of a sender in this process, without the tag, as ``SentArgument``.
    case sent
  }

  @usableFromInline let form: Form
  @usableFromInline let count: Int
  @usableFromInline let address: UnsafeMutableRawPointer?

  @inlinable @inline(__always)
  init(_ form: Form, _ count: Int, _ address: UnsafeMutableRawPointer?) {
    self.form = form
    self.count = count
    self.address = address
  }

  @inline(__always)
  init(_ message: UnsafeBufferPointer<Value>) {
    self.init(.values, message.count, UnsafeMutableRawPointer(mutating: message.baseAddress))
  }

  /// Whether the message has come as values.
  @inlinable @inline(__always)
  var isValues: Bool { if case .values = form { true } else { false } }

  /// The values; only of that form.
  @inlinable @inline(__always)
  var values: UnsafeBufferPointer<Value> {
    UnsafeBufferPointer(
      start: UnsafePointer(address?.assumingMemoryBound(to: Value.self)), count: count)
  }
}

/// An argument where its sender has it.
@usableFromInline
struct SentArgument {
  @usableFromInline let type: ObjectIdentifier
  @usableFromInline let address: UnsafeRawPointer

  @inlinable @inline(__always)
  init<A>(_ address: UnsafePointer<A>) {
    type = ObjectIdentifier(A.self)
    self.address = UnsafeRawPointer(address)
  }

  /// The address, if it is that of such an argument.
  @inlinable @inline(__always)
  func address<A>(as type: A.Type) -> UnsafePointer<A>? {
    self.type == ObjectIdentifier(A.self) ? address.assumingMemoryBound(to: A.self) : nil
  }
}
