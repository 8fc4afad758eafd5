/// The messages that wait for the event loop; other deferred work waits elsewhere.
///
/// Many in a row are for the same port: such a run is one item of the queue, which holds the port. Here a
/// message takes its values and what tells it from the next one, without an array of its own.
struct DeferredMessages: ~Copyable {
  // Not private: the compiler (6.3) then fails in debug mode.
  struct Record {
    let run: Int
    /// How many values it has.
    let count: Int
    /// The bytes that it takes.
    let bytes: Int
  }

  private var records = FIFO<Record>()
  private var values = FIFO<Value>()
  /// The number of the run that was appended to last.
  private(set) var lastRun = 0
  /// The port of that run, which its item holds; nil if the run is over.
  private var lastPort: UnsafeMutableRawPointer?

  var count: Int { records.count }

  /// Adds a message, whose values are moved out of the buffer; true if it begins a run.
  @inline(__always)
  mutating func append(
    moving message: UnsafeMutableBufferPointer<Value>, to port: LocalPort, bytes: Int
  ) -> Bool {
    let address = Unmanaged.passUnretained(port).toOpaque()
    let isFirst = lastPort != address
    if isFirst {
      lastRun += 1
      lastPort = address
    }
    records.append(Record(run: lastRun, count: message.count, bytes: bytes))
    values.append(moving: message)
    return isFirst
  }

  /// Ends the run: the next item of the queue is no message for the same port.
  @inline(__always)
  mutating func endRun() { lastPort = nil }

  /// The record of the next message, if it is of that run.
  @inline(__always)
  func first(of run: Int) -> Record? {
    guard let record = records.first, record.run == run else { return nil }
    return record
  }

  /// Takes the next message out, whose values are moved into the buffer.
  @inline(__always)
  mutating func popFirst(into message: UnsafeMutableBufferPointer<Value>) {
    _ = records.popFirst()
    values.popFirst(into: message)
    // The item of the run goes now.
    if records.isEmpty { endRun() }
  }
}
