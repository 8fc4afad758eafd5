internal import AEValue
internal import CLibUV
internal import Glibc

/// What a thread remembers: the loop whose callback it is running, and whether it is the main
/// thread.
///
/// Allocated when a thread first asks, freed when the thread ends.
struct ThreadRecord {
  var loop: Unmanaged<Loop>?
  let isMain: Bool

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let status = pthread_key_create(&key) { $0?.deallocate() }
    if status != 0 { giveUp("no thread-specific key is left: this process uses too many") }
    return key
  }()

  /// The record of the calling thread.
  static var current: UnsafeMutablePointer<ThreadRecord> {
    if let known = pthread_getspecific(key) {
      return known.assumingMemoryBound(to: ThreadRecord.self)
    }
    let record = UnsafeMutablePointer<ThreadRecord>.allocate(capacity: 1)
    record.initialize(to: ThreadRecord(loop: nil, isMain: aeuv_is_main_thread() != 0))
    pthread_setspecific(key, record)
    return record
  }
}
