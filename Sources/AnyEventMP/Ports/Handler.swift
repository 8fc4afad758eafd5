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
@usableFromInline
struct FirstHandler: ~Copyable {
  @usableFromInline let callback: MessageCallback

  init(_ handler: Handler) { callback = handler.call }

  /// A method that borrows, since reading the closure would count.
  @inlinable @inline(__always)
  borrowing func call(_ input: MessageInput) throws -> Bool { try callback(input) }

  /// The callback, to be kept elsewhere.
  var handler: Handler { Handler(taking: callback) }
}

/// A message as a callback gets it; valid during the call only.
@usableFromInline
struct MessageInput {
  /// The kind of object that ``address`` points to.
  ///
  /// A word instead of an enumeration, so that it can be the address of a type, which is none of the numbers.
  @usableFromInline
  struct Form: Equatable {
    @usableFromInline let word: UInt

    @inlinable @inline(__always)
    init(_ word: UInt) { self.word = word }

    /// ``count`` values, the tag included; all callbacks take this form.
    @inlinable @inline(__always) static var values: Form { Form(0) }
    /// A `CBORArgumentReader` behind the tag; a callback that takes the message leaves it behind the packet.
    @inlinable @inline(__always) static var cbor: Form { Form(1) }
    /// A `JSONArgumentReader` behind the tag.
    @inlinable @inline(__always) static var json: Form { Form(2) }
    /// ``count`` arguments of a sender in this process, without the tag, as ``SentArgument``; a single argument has a form of its own.
    @inlinable @inline(__always) static var sent: Form { Form(3) }

    /// The only argument of a sender in this process, which is of this type.
    @inlinable @inline(__always) static func one<A>(_: A.Type) -> Form {
      Form(UInt(bitPattern: ObjectIdentifier(A.self)))
    }
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
  var isValues: Bool { form == .values }

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
