/// How much may wait in a mailbox before its port is killed.
///
/// A mailbox keeps messages that no task has taken yet, and senders may be other nodes: over a limit the port is
/// killed with the reason `too_much_queued` and a sentence, so that monitors fire for the lost message.
public struct MailboxLimit: Hashable, Sendable {
  /// The most messages that may wait, together with the tasks of the port that run, that of `port_async` included.
  public var messages: Int
  /// The most bytes of memory that messages may take which wait, or for which tasks run.
  public var bytes: Int

  /// A limit; without arguments that of every mailbox: 1,000,000 messages and 256 MiB.
  public init(messages: Int = 1_000_000, bytes: Int = 256 << 20) {
    self.messages = messages
    self.bytes = bytes
  }
}
