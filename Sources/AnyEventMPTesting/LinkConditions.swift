/// How one direction between two hosts of a ``SimulatedNetwork`` behaves while it works.
public struct LinkConditions: Sendable {
  /// Seconds that bytes are under way, drawn anew for each piece.
  ///
  /// Within a connection the order stays; between connections it does not.
  public var latency: ClosedRange<Double>
  /// The probability that what is written at once arrives in several pieces, cut anywhere.
  public var splitting: Double
  /// Bytes of one connection that can be under way; what is more waits at the sender.
  public var capacity: Int
  /// Bytes a second of all connections together; nil: as many as you like.
  public var bandwidth: Int?
  /// The probability that a piece is lost, and has to be sent again, as often as that happens to it.
  public var loss: Double

  /// Conditions; by default those of a good local network.
  public init(
    latency: ClosedRange<Double> = 0.0002...0.002, splitting: Double = 0.2,
    capacity: Int = 128 << 10, bandwidth: Int? = nil, loss: Double = 0
  ) {
    self.latency = latency
    self.splitting = splitting
    self.capacity = capacity
    self.bandwidth = bandwidth
    self.loss = loss
  }
}
