/// The node was closed before a task had got the answer or message that it awaited.
public struct NodeClosedError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A sentence without a full stop.
  public var description: String { "the node was closed before what was waited for had come" }
}
