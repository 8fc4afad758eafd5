internal import AEValue

// Callbacks that wait in the middle: each message starts a task of the port that it is for. The values are converted
// before, so that one that does not fit kills the port with the same reason as for a callback that does not wait.

extension Receiver {
  /// A callback for messages with this tag and no argument of interest, which runs as a task.
  public init(_ tag: some MessageTag, _ callback: @escaping () async throws -> Void) {
    self.init(startingTasks: Receiver(tag) { Self.start([], callback) })
  }

  /// A callback for messages with this tag, which gets everything behind the tag and runs as a task.
  @_disfavoredOverload
  public init(_ tag: some MessageTag, _ callback: @escaping (Message) async throws -> Void) {
    self.init(
      startingTasks: Receiver(tag) { (message: Message) in
        Self.start(message.values) { try await callback(message) }
      })
  }

  /// A callback for messages with this tag and one argument, which runs as a task.
  public init<A: MessageConvertible>(
    _ tag: some MessageTag, _ callback: @escaping (A) async throws -> Void
  ) {
    self.init(
      startingTasks: Receiver(tag) { (a: A) in
        Self.start([a.messageValue]) { try await callback(a) }
      })
  }

  /// A callback for messages with this tag and two arguments, which runs as a task.
  public init<A: MessageConvertible, B: MessageConvertible>(
    _ tag: some MessageTag, _ callback: @escaping (A, B) async throws -> Void
  ) {
    self.init(
      startingTasks: Receiver(tag) { (a: A, b: B) in
        Self.start([a.messageValue, b.messageValue]) { try await callback(a, b) }
      })
  }

  /// A callback for messages with this tag and three arguments, which runs as a task.
  public init<A: MessageConvertible, B: MessageConvertible, C: MessageConvertible>(
    _ tag: some MessageTag, _ callback: @escaping (A, B, C) async throws -> Void
  ) {
    self.init(
      startingTasks: Receiver(tag) { (a: A, b: B, c: C) in
        Self.start([a.messageValue, b.messageValue, c.messageValue]) {
          try await callback(a, b, c)
        }
      })
  }

  /// A callback for messages with this tag and four or more arguments, which runs as a task.
  public init<
    A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, D: MessageConvertible,
    each More: MessageConvertible
  >(
    _ tag: some MessageTag,
    _ callback: @escaping (A, B, C, D, repeat each More) async throws -> Void
  ) {
    self.init(
      startingTasks: Receiver(tag) { (a: A, b: B, c: C, d: D, more: repeat each More) in
        var values = [a.messageValue, b.messageValue, c.messageValue, d.messageValue]
        repeat values.append((each more).messageValue)
        Self.start(values) { try await callback(a, b, c, d, repeat each more) }
      })
  }

  /// The receiver that runs as a task for each message, also one whose callback does not wait.
  var asTask: Receiver {
    if startsTask { return self }
    let handler = self.handler
    return Receiver(
      startingTasks: Receiver(
        tag,
        handling: { input in
          guard input.isValues else { return false }
          let values = Array(input.values)
          Self.start(values) {
            try values.withUnsafeBufferPointer { _ = try handler(MessageInput($0)) }
          }
          return true
        }))
  }

  private init(startingTasks receiver: Receiver) {
    self = receiver
    startsTask = true
  }

  /// Starts a task of the port whose callback is running.
  private static func start(_ message: [Value], _ body: @escaping () async throws -> Void) {
    let node = Node.current
    guard let local = node.kernel.acting else { return node.runningContext.start(body) }
    PortTasks.of(local, node).start(for: message, body)
  }
}
