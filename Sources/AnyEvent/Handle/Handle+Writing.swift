internal import AEValue
internal import Glibc

extension Handle {
  /// Queues bytes for writing; as many as can be are written at once.
  ///
  /// May call callbacks. Corresponds to Perl's `$handle->push_write ($data)`.
  public func push_write(_ bytes: UnsafeRawBufferPointer) {
    guard !destroyed else { return }
    stream.output.append(contentsOf: bytes)
    written()
  }

  /// Queues bytes for writing.
  public func push_write(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { push_write($0) }
  }

  /// Queues the UTF-8 of a text for writing.
  public func push_write(_ text: String) {
    guard !destroyed else { return }
    stream.output.append(text)
    written()
  }

  /// Queues a value in a form for writing: `push_write(.json, ["a", 1])`.
  ///
  /// What cannot be written in that form is a non-fatal error `EINVAL`. Corresponds to Perl's
  /// `$handle->push_write (type => …)`.
  public func push_write<Input>(_ type: HandleWriteType<Input>, _ value: Input) {
    guard !destroyed else { return }
    let before = stream.output.count
    do {
      try type.append(value, stream.output)
    } catch {
      stream.output.truncate(to: before)
      return fail(EINVAL, fatal: false, "cannot write \(type.name): \(error)")
    }
    written()
  }

  /// Closes the direction of writing once all is written; with TLS the other end is told so first.
  ///
  /// The callback ``on_drain`` is taken away. Reading goes on until the other end closes, too.
  /// Corresponds to Perl's `$handle->push_shutdown`.
  public func push_shutdown() {
    guard !destroyed else { return }
    options.on_drain = nil
    low_water_mark = 0
    stream.endWriting()
    checkLimit()
  }

  private func written() {
    stream.outputGrew()
    checkLimit()
  }

  /// How many bytes wait to be taken by the kernel, or to be encrypted.
  private var waitingCount: Int { stream.output.count + (stream.transform?.sealed.count ?? 0) }

  /// Calls `on_drain` although nothing was written: there is nothing to write.
  func drainedAtStart() {
    guard isReady, !stream.isFlushing, waitingCount <= options.low_water_mark else { return }
    options.on_drain?(self)
  }

  private func checkLimit() {
    guard !destroyed, let most = options.wbuf_max, waitingCount > most else { return }
    fail(ENOSPC, fatal: true, "more than wbuf_max bytes wait to be written")
  }
}
