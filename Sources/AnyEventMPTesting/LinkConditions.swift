/// The behaviour of one direction between two hosts of a ``SimulatedNetwork`` while it works.
public struct LinkConditions: Sendable {
  /// The time in seconds that bytes are under way, drawn anew for each piece.
  ///
  /// Within a connection the order stays; between connections it may change.
  public var latency: ClosedRange<Double>
  /// The probability that bytes that are written at once arrive in several pieces, cut anywhere.
  public var splitting: Double
  /// The most bytes of one connection that can be under way; further bytes wait at the sender.
  public var capacity: Int
  /// The bytes a second of all connections together; nil: no limit.
  public var bandwidth: Int?
  /// The probability that a piece is lost and sent again, which may happen to it several times.
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
