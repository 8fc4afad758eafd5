/// The kills in the queue of deferred work.
///
/// Ports that are killed in a row with the same reason are a run: one item of the queue, and here sixteen bytes
/// for each port without a count of references.
struct DeferredKills: ~Copyable {
  // Not private: the compiler (6.3) then fails in debug mode.
  struct Kill {
    /// The table of ports keeps it until the kill is done.
    let port: Unmanaged<LocalPort>
    let run: Int
  }

  private var kills = FIFO<Kill>()
  /// The number of the run that was appended to last.
  private(set) var lastRun = 0
  /// The reason of that run, kept as long as others are compared with its address.
  private var lastReason: [Value] = []
  /// The address of the reason that the next kill of that run must have; nil if the run is over.
  private var lastAddress: UnsafePointer<Value>?

  @inline(__always)
  var isEmpty: Bool { kills.isEmpty }

  var count: Int { kills.count }

  /// Adds a kill; true if it begins a run.
  @inline(__always)
  mutating func append(_ port: LocalPort, _ reason: [Value]) -> Bool {
    let address = reason.withUnsafeBufferPointer { $0.baseAddress }
    if append(port, ofReasonAt: address) { return false }
    lastRun += 1
    lastReason = reason
    lastAddress = address
    kills.append(Kill(port: .passUnretained(port), run: lastRun))
    return true
  }

  /// Adds a kill to the last run if that has this very reason; an equal one is not looked for.
  @inline(__always)
  mutating func append(_ port: LocalPort, ofReasonAt address: UnsafePointer<Value>?) -> Bool {
    guard let lastAddress, lastAddress == address else { return false }
    kills.append(Kill(port: .passUnretained(port), run: lastRun))
    return true
  }

  /// Ends the run, since other work follows it in the queue.
  @inline(__always)
  mutating func endRun() {
    if lastAddress == nil { return }
    lastAddress = nil
    lastReason = []
  }

  /// The port of a kill that comes some places behind the first one.
  @inline(__always)
  func port(behind places: Int) -> Unmanaged<LocalPort>? { kills.item(behind: places)?.port }

  @inline(__always)
  func isFirst(_ run: Int) -> Bool { kills.first?.run == run }

  /// Takes the next kill out if it is of that run.
  @inline(__always)
  mutating func popFirst(of run: Int) -> Unmanaged<LocalPort>? {
    guard isFirst(run), let kill = kills.popFirst() else { return nil }
    if kills.isEmpty { endRun() }
    return kill.port
  }
}
