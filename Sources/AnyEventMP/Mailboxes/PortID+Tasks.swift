internal import AEValue
import AnyEvent

// Callbacks each of whose messages starts a task: it may wait in the middle, while further messages are handled. Tasks of
// one port begin in the order of the messages.

extension PortID {
  /// Starts a task for each message without a callback for its tag; it gets the whole message.
  ///
  /// Corresponds to Coro::MP's `rcv_async $port, sub { … }`.
  @_disfavoredOverload @discardableResult
  public func receiveAsync(_ callback: @escaping (Message) async throws -> Void) -> PortID {
    withStarter { start in
      receive { (message: Message) in start(message.values) { try await callback(message) } }
    }
  }

  /// Starts a task for each message without a callback for its tag.
  @discardableResult
  public func receiveAsync(_ callback: @escaping () async throws -> Void) -> PortID {
    withStarter { start in receive { start([], callback) } }
  }

  /// Starts a task for each message with one of several tags, by the callback for it.
  ///
  /// Corresponds to Coro::MP's `rcv_async $port, a => sub { … }, b => sub { … }`.
  @discardableResult
  public func receiveAsync(_ receivers: [Receiver]) -> PortID {
    receive(receivers.map(\.asTask))
  }

  /// Starts a task for each message with one of several tags, by the callback for it.
  @discardableResult
  public func receiveAsync(_ receivers: Receiver...) -> PortID { receiveAsync(receivers) }

  /// Starts a task for each message with a tag, without arguments.
  @discardableResult
  public func receiveAsync(
    _ tag: some MessageTag, _ callback: @escaping () async throws -> Void
  ) -> PortID {
    receive(Receiver(tag, callback))
  }

  /// Starts a task for each message with a tag, which gets the values behind the tag.
  ///
  /// Corresponds to Coro::MP's `rcv_async $port, tag => sub { … }`.
  @_disfavoredOverload @discardableResult
  public func receiveAsync(
    _ tag: some MessageTag, _ callback: @escaping (Message) async throws -> Void
  ) -> PortID {
    receive(Receiver(tag, callback))
  }

  /// Starts a task for each message with a tag, with one argument.
  @discardableResult
  public func receiveAsync<A: MessageConvertible>(
    _ tag: some MessageTag, _ callback: @escaping (A) async throws -> Void
  ) -> PortID {
    receive(Receiver(tag, callback))
  }

  /// Starts a task for each message with a tag, with two arguments.
  @discardableResult
  public func receiveAsync<A: MessageConvertible, B: MessageConvertible>(
    _ tag: some MessageTag, _ callback: @escaping (A, B) async throws -> Void
  ) -> PortID {
    receive(Receiver(tag, callback))
  }

  /// Starts a task for each message with a tag, with three arguments.
  @discardableResult
  public func receiveAsync<A: MessageConvertible, B: MessageConvertible, C: MessageConvertible>(
    _ tag: some MessageTag, _ callback: @escaping (A, B, C) async throws -> Void
  ) -> PortID {
    receive(Receiver(tag, callback))
  }

  /// Starts a task for each message with a tag, with four or more arguments.
  @discardableResult
  public func receiveAsync<
    A: MessageConvertible, B: MessageConvertible, C: MessageConvertible, D: MessageConvertible,
    each More: MessageConvertible
  >(
    _ tag: some MessageTag,
    _ callback: @escaping (A, B, C, D, repeat each More) async throws -> Void
  ) -> PortID {
    receive(Receiver(tag, callback))
  }

  /// Has `receive` set a callback that starts tasks of the port.
  private func withStarter(
    _ receive: (_ start: @escaping ([Value], @escaping () async throws -> Void) -> Void) -> PortID
  ) -> PortID {
    guard let tasks = Node.current.tasks(of: self, for: "rcv_async") else { return self }
    return receive { [unowned tasks] message, body in tasks.start(for: message, body) }
  }
}
