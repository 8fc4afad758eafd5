internal import AEValue
import AnyEvent

// Tasks take messages out of a mailbox by these functions. With a time-out each form has a twin, which gives nil when
// the time is over: with the time 0 it takes only a message that is there already. All of them throw
// `CancellationError` when the task is cancelled, which the death of the port does to the port's own tasks, a
// ``MailboxError`` to others when the port is killed and to all when a callback for all messages takes the place of
// the mailbox, and a `CondVarError` when the loop is closed.

extension Mailbox {
  /// Takes the oldest message with a tag and returns what is behind the tag; waits until there is one.
  ///
  /// Corresponds to Coro::MP's `get $tag`.
  /// - Throws: `CancellationError` when the task is cancelled, as by the port's death; ``MailboxError``.
  public func get(_ tag: some MessageTag) async throws -> Message {
    try await Self.behindTag(found(take(.tags([tag.tagText]))))
  }

  /// Takes the oldest message with a tag and returns what is behind the tag; nil when none comes within that time (s).
  ///
  /// Corresponds to Coro::MP's `get $tag, $timeout`.
  /// - Throws: As ``get(_:)``.
  public func get(_ tag: some MessageTag, timeout: Double) async throws -> Message? {
    try await take(.tags([tag.tagText]), within: timeout).map(Self.behindTag)
  }

  /// Takes the oldest message with one of several tags and returns it whole, with the tag in front.
  ///
  /// - Throws: As ``get(_:)``.
  public func get(
    _ tag: some MessageTag, _ other: some MessageTag, _ more: any MessageTag...
  ) async throws -> Message {
    try await get(oneOf: [tag, other] + more)
  }

  /// Takes the oldest message with one of several tags and returns it whole; nil when none comes within that time (s).
  ///
  /// - Throws: As ``get(_:)``.
  public func get(
    _ tag: some MessageTag, _ other: some MessageTag, _ more: any MessageTag..., timeout: Double
  ) async throws -> Message? {
    try await get(oneOf: [tag, other] + more, timeout: timeout)
  }

  /// Takes the oldest message with one of the tags of a list and returns it whole; waits until there is one.
  ///
  /// - Throws: As ``get(_:)``.
  public func get(oneOf tags: [any MessageTag]) async throws -> Message {
    try await Message(found(take(Self.wish(tags))))
  }

  /// Takes the oldest message with one of the tags of a list; nil when none comes within that time (s).
  ///
  /// - Throws: As ``get(_:)``.
  public func get(oneOf tags: [any MessageTag], timeout: Double) async throws -> Message? {
    try await take(Self.wish(tags), within: timeout).map { Message($0) }
  }

  /// A list without tags means no message.
  private static func wish(_ tags: [any MessageTag]) -> MailboxWish {
    tags.isEmpty ? .condition { _ in false } : .tags(tags.map(\.tagText))
  }

  /// Takes the oldest message of all and returns it whole; waits until there is one.
  ///
  /// - Throws: As ``get(_:)``.
  public func get() async throws -> Message { try await Message(found(take(.any))) }

  /// Takes the oldest message of all and returns it whole; nil when none comes within that time (s).
  ///
  /// - Throws: As ``get(_:)``.
  public func get(timeout: Double) async throws -> Message? {
    try await take(.any, within: timeout).map { Message($0) }
  }

  /// Takes the oldest message for which a condition is true and returns it whole; waits until one comes.
  ///
  /// The condition is asked once for each message that waits, oldest first, and for each that comes, as part of the
  /// port then. It takes time for every message that waits, which a tag does not. Corresponds to Coro::MP's
  /// `get_cond { … }`.
  /// - Throws: The error of the condition, and as ``get(_:)``.
  public func get(where condition: @escaping (Message) throws -> Bool) async throws -> Message {
    try await Message(found(take(.condition(condition))))
  }

  /// Takes the oldest message for which a condition is true; nil when none comes within that time (s).
  ///
  /// - Throws: The error of the condition, and as ``get(_:)``.
  public func get(
    timeout: Double, where condition: @escaping (Message) throws -> Bool
  ) async throws -> Message? {
    try await take(.condition(condition), within: timeout).map { Message($0) }
  }

  /// Takes the oldest message with a tag and returns the values behind it as these types: one value, or a tuple.
  ///
  /// Values are converted as for a typed receiver; a message may have more of them.
  /// - Throws: An error whose text names port, tag, position and types when a value does not fit, and as ``get(_:)``.
  public func get<each A: MessageConvertible>(
    _ tag: some MessageTag, as types: repeat (each A).Type
  ) async throws -> (repeat each A) {
    let message = try await found(take(.tags([tag.tagText])))
    return try arguments(of: message, as: repeat each types)
  }

  /// Takes the oldest message with a tag and returns its values as these types; nil when none comes within that time (s).
  ///
  /// - Throws: An error when a value does not fit, and as ``get(_:)``.
  public func get<each A: MessageConvertible>(
    _ tag: some MessageTag, as types: repeat (each A).Type, timeout: Double
  ) async throws -> (repeat each A)? {
    guard let message = try await take(.tags([tag.tagText]), within: timeout) else { return nil }
    let values: (repeat each A) = try arguments(of: message, as: repeat each types)
    return .some(values)
  }

  private func arguments<each A: MessageConvertible>(
    of message: [Value], as types: repeat (each A).Type
  ) throws -> (repeat each A) {
    try message.withUnsafeBufferPointer { message in
      var index = 0
      func next<T: MessageConvertible>(_ type: T.Type) throws -> T {
        index += 1
        return try argument(message, index, as: type)
      }
      return (repeat try next(each types))
    }
  }

  /// The message, which is there: only a wait with a time ends without one.
  private func found(_ message: [Value]?) throws -> [Value] {
    guard let message else { throw MailboxError.killed(port) }
    return message
  }

  private static func behindTag(_ message: [Value]) -> Message {
    var message = message
    if !message.isEmpty { message.removeFirst() }
    return Message(message)
  }
}
