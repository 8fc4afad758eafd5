internal import AEValue

extension Handle {
  /// The next piece of a form, after all earlier requests: `let line = try await handle.read(.line)`.
  ///
  /// While the task waits, errors of the handle are thrown; if `on_error` is set, it is called as well. When the task
  /// is cancelled, the request is taken back, the bytes that have arrived stay, and the handle can be used further;
  /// only the bytes that `.regex` has skipped are gone. The stream is read only while a request waits: the time-outs
  /// for reading count from the request on, and an end of the stream that TLS has read before is told to the next
  /// request. Corresponds to `$handle->push_read ($type => Coro::rouse_cb)`.
  /// - Throws: ``HandleError``; `CancellationError` when the task is cancelled; ``CondVarError`` when the loop is closed.
  public func read<Output>(_ type: HandleReadType<Output>) async throws -> Output {
    try await suspended(on: loop) { wait in
      start(
        HandleAwaitedRequest(type.request(self) { _, piece in wait.resume(returning: piece) }), wait
      )
    }
  }

  /// The lines that arrive, without their ends: `for try await line in handle.lines`.
  ///
  /// They end with the stream; a last line without an end is given out. A line is read when it is asked for: the
  /// sender waits meanwhile, and only bytes are kept that have arrived at once, at most a buffer of the loop (256
  /// KiB), or that belong to a line, which `rbuf_max` limits. The text is made as that of ``HandleBuffer/text``.
  public var lines: HandleLines { HandleLines(of: self) }

  fileprivate func start<Value>(_ request: HandleAwaitedRequest, _ wait: Suspension<Value>) {
    if isDestroyed { return wait.resume(throwing: death ?? .destroyed) }
    request.fail = { wait.resume(throwing: $0) }
    wait.takeBack = { [self] in withdraw(request) }
    self.await(request)
  }

  /// The next line; nil at the end of the stream.
  fileprivate func nextLine() async throws -> String? {
    try await suspended(on: loop) { (wait: Suspension<String?>) in
      if isAtEnd, !isDestroyed, received.isEmpty { return wait.resume(returning: nil) }
      let type: HandleReadType<String> = .line
      start(
        HandleAwaitedRequest(
          type.request(self) { _, line in wait.resume(returning: line) },
          atEnd: { handle in
            let rest = handle.received.isEmpty ? nil : handle.received.text
            handle.received.removeAll()
            handle.isEndTold = true
            wait.resume(returning: rest)
            return true
          }), wait)
    }
  }
}

/// The lines of a ``Handle``, see ``Handle/lines``.
public struct HandleLines: AsyncSequence {
  private let handle: Handle

  init(of handle: Handle) { self.handle = handle }

  /// An iterator; several of one handle share the lines.
  public func makeAsyncIterator() -> Iterator { Iterator(handle: handle) }

  /// Gives out one line after the other.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let handle: Handle

    /// The next line; nil at the end of the stream.
    ///
    /// - Throws: The errors of ``Handle/read(_:)``.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws -> String? { try await handle.nextLine() }

    /// The next line, for callers that are on the loop's thread.
    public mutating func next() async throws -> String? { try await handle.nextLine() }
  }
}
