/// The node was closed before what a task awaited of it had come.
public struct NodeClosedError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A sentence without a full stop.
  public var description: String { "the node was closed before what was waited for had come" }
}
