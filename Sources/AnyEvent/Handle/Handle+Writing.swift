public import AEValue
internal import Glibc

extension Handle {
  /// Queues bytes for writing, and writes at once as many as the kernel takes.
  ///
  /// May call callbacks. Corresponds to Perl's `$handle->push_write ($data)`.
  public func push_write(_ bytes: UnsafeRawBufferPointer) {
    loop.preconditionOnLoop()
    guard !isDestroyed else { return }
    stream.output.append(contentsOf: bytes)
    written()
  }

  /// Queues bytes for writing.
  public func push_write(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { push_write($0) }
  }

  /// Queues bytes for writing: a slice of an array, another handle's ``rbuf``, Foundation's `Data`, and their
  /// like.
  public func push_write(_ bytes: some Sequence<UInt8>) {
    loop.preconditionOnLoop()
    guard !isDestroyed else { return }
    stream.output.append(bytes)
    written()
  }

  /// Queues bytes for writing.
  public func push_write(_ bytes: RawSpan) {
    bytes.withUnsafeBytes { push_write($0) }
  }

  /// Queues bytes for writing.
  public func push_write(_ bytes: Span<UInt8>) {
    bytes.withUnsafeBytes { push_write($0) }
  }

  /// Queues the UTF-8 of a text for writing.
  public func push_write(_ text: String) {
    loop.preconditionOnLoop()
    guard !isDestroyed else { return }
    stream.output.append(text)
    written()
  }

  /// Queues the UTF-8 of a part of a text for writing.
  public func push_write(_ text: Substring) { push_write(text.utf8) }

  /// Queues the UTF-8 of a literal for writing.
  public func push_write(_ text: StaticString) { push_write(text.description) }

  /// Queues the UTF-8 of a character for writing.
  public func push_write(_ character: Character) { push_write(character.utf8) }

  /// Queues a value in a form for writing: `push_write(.json, ["a", 1])`.
  ///
  /// A value that cannot be written in that form is a non-fatal error `EINVAL`. Corresponds to Perl's
  /// `$handle->push_write (type => …)`.
  public func push_write<Input>(_ type: HandleWriteType<Input>, _ value: Input) {
    loop.preconditionOnLoop()
    guard !isDestroyed else { return }
    let before = stream.output.count
    do {
      try type.append(self, value, stream.output)
    } catch {
      stream.output.truncate(to: before)
      return fail(EINVAL, fatal: false, detail: "cannot write \(type.name): \(error)")
    }
    written()
  }

  /// Queues a value that can be sent in messages, as JSON or CBOR.
  public func push_write(
    _ type: HandleWriteType<Value>, _ value: (any MessageConvertible)?
  ) {
    push_write(type, value?.messageValue ?? .null as Value)
  }

  /// Queues a literal of mixed types, as JSON or CBOR.
  @_disfavoredOverload
  public func push_write(_ type: HandleWriteType<Value>, _ value: MixedLiteral) {
    push_write(type, value.value)
  }

  /// Refuses a hash of values of any types.
  @available(
    *, unavailable,
    message:
      "values of type Any cannot be written: write [\"a\" => x, \"b\" => y], declare a dictionary of Value, or make a struct Codable and MessageConvertible"
  )
  public func push_write(
    _ type: HandleWriteType<Value>,
    _ hash: [String: Any]  // String keys: what the caller has
  ) {}

  /// Refuses an array of values of any types.
  @available(
    *, unavailable,
    message:
      "values of type Any cannot be written: declare an array of Value, or make a struct Codable and MessageConvertible"
  )
  public func push_write(_ type: HandleWriteType<Value>, _ array: [Any]) {}

  /// Closes the direction of writing once all bytes are written; TLS is ended before that.
  ///
  /// The callback ``on_drain`` is taken away. Reading goes on until the other end closes, too.
  /// Corresponds to Perl's `$handle->push_shutdown`.
  public func push_shutdown() {
    loop.preconditionOnLoop()
    guard !isDestroyed else { return }
    options.on_drain = nil
    low_water_mark = 0
    stream.endWriting()
    checkWriteLimit()
  }

  @inline(__always)
  private func written() {
    stream.outputGrew()
    if options.wbuf_max != nil { checkWriteLimit() }
  }

  /// The bytes that were pushed and that the kernel has not taken yet: `handle.wbuf.count` is Perl's `length
  /// $handle->{wbuf}`.
  ///
  /// With TLS the encrypted bytes that wait are counted as well.
  public var wbuf: HandleOutput {
    loop.preconditionOnLoop()
    return HandleOutput(count: isDestroyed ? 0 : waitingCount)
  }

  /// How many bytes the kernel has not taken yet, encrypted or not.
  private var waitingCount: Int { stream.output.count + (stream.transform?.sealed.count ?? 0) }

  /// Has the stream call `on_drain`, if there is one.
  func watchDrain() {
    guard options.on_drain != nil else {
      stream.onDrain = nil
      return
    }
    stream.onDrain = { [weak self] in
      guard let self else { return }
      options.on_drain?(self)
    }
  }

  /// Calls `on_drain` if the buffer is empty from the start.
  func drainedAtStart() {
    guard isReady, !stream.isFlushing, waitingCount <= options.low_water_mark else { return }
    options.on_drain?(self)
  }

  private func checkWriteLimit() {
    guard !isDestroyed, let most = options.wbuf_max, waitingCount > most else { return }
    fail(ENOSPC, fatal: true, detail: "more than wbuf_max bytes wait to be written")
  }
}

/// The number of bytes that wait to be written by a ``Handle``, for the code that makes them.
public struct HandleOutput: Hashable, Sendable {
  /// The number of bytes.
  public let count: Int

  /// Whether there is none.
  public var isEmpty: Bool { count == 0 }
}
