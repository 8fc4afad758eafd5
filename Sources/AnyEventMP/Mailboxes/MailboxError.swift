/// Why nothing can be taken out of a mailbox.
public struct MailboxError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A sentence without a full stop that says what went wrong.
  public let description: String

  /// The port was killed, or its node is gone; the port's own tasks get a `CancellationError` in its place.
  static func killed(_ port: PortID) -> MailboxError {
    MailboxError(
      description:
        "port \(Log.cut(port.id)) was killed, and nothing comes into its mailbox any more")
  }

  /// There is no port whose mailbox could be meant.
  static func noPort(_ function: String) -> MailboxError {
    MailboxError(
      description:
        "\(function) takes from the mailbox of SELF, which is no port here: call it in port_async { … }, or call the method of a mailbox"
    )
  }

  /// The messages of the port go to a callback.
  static func noMailbox(_ port: PortID) -> MailboxError {
    MailboxError(
      description:
        "port \(Log.cut(port.id)) has a callback for all messages, so nothing comes into its mailbox: make the port with port_async, or give the callback a tag"
    )
  }
}
