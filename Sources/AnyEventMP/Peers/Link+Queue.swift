/// What waits to be sent: the high water mark, the limit, and the drain.
extension Link {
  /// Bytes that the kernel has not taken yet.
  var queuedBytes: Int { stream.queuedCount }

  /// Asks the stream to say when everything has been handed to the kernel, if anybody wants to know.
  func watchDrain() {
    guard isOpen else { return }
    let isWanted = reportsDrain || isOverHighWater || toldBytes > 0
    stream.onDrain = isWanted ? { [unowned self] in drained() } : nil
    if isWanted { stream.outputGrew() }
  }

  private func drained() {
    if isOverHighWater || toldBytes > 0 {
      isOverHighWater = false
      tellQueue()
      watchDrain()
    }
    if reportsDrain { peers.drained(entry) }
  }

  /// What is sent next waited before, and the node was told that it is much.
  func wasOverHighWater() {
    isOverHighWater = true
    setAlarm()
    watchDrain()
  }

  /// The limits of the node's queues are others now.
  func setAlarm() {
    let mark = kernel.highWaterMark
    let level = isOverHighWater || mark == 0 ? limits.maximumQueue : min(mark, limits.maximumQueue)
    alarmLevel = min(level, toldBytes + QueueTotal.step)
    // Below zero each message looks closer: the output may be empty, and all of it sealed and waiting.
    outputLevel = facts.cipher.isEmpty ? alarmLevel : alarmLevel - Self.mostSealed
  }

  /// What a stream seals at a time, and so may have waiting besides its output, is less than this.
  private static let mostSealed = 320 << 10

  /// What waits may exceed the high water mark, or the limit.
  func checkQueue() {
    let queued = stream.queuedCount
    guard queued > alarmLevel else { return }
    if queued > limits.maximumQueue { return fail("too much queued") }
    let isNews = !isOverHighWater && kernel.highWaterMark > 0 && queued > kernel.highWaterMark
    if isNews { isOverHighWater = true }
    tellQueue()
    watchDrain()
    if isNews { kernel.owner.tellHighWater(entry) }
    peers.queuesGrew()
  }

  /// Tells the node how much waits here, or that nothing does any more when it is closed.
  func tellQueue() {
    let queued = isOpen ? stream.queuedCount : 0
    peers.queues.connected += queued - toldBytes
    toldBytes = queued
    setAlarm()
  }
}
