/// One direction of a connection through a proxy: the bytes that one end has sent and the other has not got yet.
struct ProxyLane {
  /// Bytes that have come and wait for the line.
  private var waiting: ArraySlice<UInt8> = []
  /// Bytes that are under way, and when they have left.
  private var flying: [(bytes: ArraySlice<UInt8>, time: Double)] = []
  private var landed = 0
  /// How many bytes are held.
  private(set) var count = 0
  /// How the source has ended; nil while it has not.
  var end: End?
  /// Whether the end was passed on.
  var isOver = false
  /// Whether its source is not read because much is held.
  var isPaused = false
  /// Whether the other end takes nothing at the moment.
  var isBlocked = false

  enum End { case finished, reset }

  /// How many bytes are held before the source is not read any more; with a delay more bytes are under way, so the
  /// limit is higher, and a delay does not make a line slow.
  static let limit = 64 << 10
  static let delayedLimit = 1 << 20

  mutating func append(_ bytes: ArraySlice<UInt8>) {
    if waiting.isEmpty { waiting = bytes } else { waiting += bytes }
    count += bytes.count
  }

  /// Lets bytes leave that wait, as the link allows.
  ///
  /// - Returns: when the next ones can leave; nil if none wait.
  mutating func depart(to node: String, _ link: inout ProxyLink, at now: Double) -> Double? {
    while !waiting.isEmpty {
      let (count, time) = link.depart(waiting.count, to: node, at: now)
      if count == 0 { return time }
      flying.append((waiting.prefix(count), time))
      waiting = waiting.dropFirst(count)
    }
    return nil
  }

  /// Takes bytes for departed that were on the line: its rate has changed.
  mutating func hurry(at now: Double) {
    for index in landed..<flying.count { flying[index].time = min(flying[index].time, now) }
  }

  /// The bytes that have arrived, unless the other end is blocked.
  ///
  /// - Returns: the bytes, and when the next ones arrive; nil if none are under way.
  mutating func arrive(delay: Double, at now: Double) -> (bytes: ArraySlice<UInt8>, next: Double?) {
    var bytes: ArraySlice<UInt8> = []
    guard !isBlocked else { return (bytes, nil) }
    // A sum in floating point may be a little late for the time that was asked for.
    while landed < flying.count, flying[landed].time + delay <= now + 1e-9 {
      if bytes.isEmpty { bytes = flying[landed].bytes } else { bytes += flying[landed].bytes }
      landed += 1
    }
    count -= bytes.count
    let next = landed < flying.count ? flying[landed].time + delay : nil
    if landed == flying.count || landed > 64 {
      flying.removeFirst(landed)
      landed = 0
    }
    return (bytes, next)
  }
}
