/// Something that wants to be called once when the loop has finished what it is doing, such as a
/// connection that gathers all writes of an iteration into one.
///
/// The target remembers itself that it has asked: the loop calls it as often as it was named.
package protocol EndOfIteration: AnyObject {
  /// Called once for each `atEndOfIteration`, on the loop's thread, before the loop sleeps.
  func endOfIteration()
}
