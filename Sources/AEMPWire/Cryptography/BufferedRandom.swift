internal import CSodium
internal import Glibc
internal import Synchronization

/// The operating system's random bytes, fetched many at a time: for names, nonces, the seeds of tables and other uses
/// that are not worth a call of the system each.
///
/// The bytes are as hard to foretell as the system's. A byte is overwritten when it is given out. Bytes that wait lie
/// in memory that the kernel empties in the child of a fork, so that no two processes give out the same ones, and
/// that is left out of dumps. Where the kernel cannot do that, or while another thread uses the store, the system is
/// asked each time. Secret keys are made by `randombytes_buf` itself, which keeps no bytes.
package struct BufferedRandom: RandomNumberGenerator, Sendable {
  /// The generator, which is one for the whole process.
  package init() {}

  /// The next eight bytes.
  package func next() -> UInt64 {
    var word: UInt64 = 0
    withUnsafeMutableBytes(of: &word) { fill($0) }
    return word
  }

  /// Overwrites all of `bytes`.
  package func fill(_ bytes: UnsafeMutableRawBufferPointer) {
    var isDone = false
    if !BufferedRandom.isTaken.exchange(true, ordering: .acquiring) {
      isDone = BufferedRandom.pool.fill(bytes)
      BufferedRandom.isTaken.store(false, ordering: .releasing)
    }
    if !isDone { BufferedRandom.ask(bytes) }
  }

  /// The corresponding C function is `randombytes_buf`.
  private static func ask(_ bytes: UnsafeMutableRawBufferPointer) {
    Sodium.start()
    if let start = bytes.baseAddress { randombytes_buf(start, bytes.count) }
  }

  /// Whether a thread is at the pool.
  ///
  /// No thread waits for it, because in the child of a fork it may stay so for ever: the system is asked
  /// each time then.
  private static let isTaken = Atomic(false)
  private static let pool = Pool()

  /// The bytes that wait: their number, and behind it the store, of which so many are left at the front.
  private struct Pool: @unchecked Sendable {
    /// The number of bytes that the kernel gives at once under all circumstances.
    private static let most = 256

    /// The memory, which is never given back; nil when the kernel would not empty it in the child of a fork.
    private let page: UnsafeMutableRawPointer?

    init() {
      let size = MemoryLayout<Int>.size + Pool.most
      let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      guard let memory, memory != MAP_FAILED else {
        page = nil
        return
      }
      guard madvise(memory, size, MADV_WIPEONFORK) == 0 else {
        munmap(memory, size)
        page = nil
        return
      }
      _ = madvise(memory, size, MADV_DONTDUMP)
      page = memory
    }

    /// Whether the bytes were here.
    func fill(_ bytes: UnsafeMutableRawBufferPointer) -> Bool {
      guard let page, let target = bytes.baseAddress, bytes.count <= Pool.most else { return false }
      let store = page + MemoryLayout<Int>.size
      // Zero in the child of a fork, like all the rest.
      var count = page.load(as: Int.self)
      if count < bytes.count {
        BufferedRandom.ask(UnsafeMutableRawBufferPointer(start: store, count: Pool.most))
        count = Pool.most
      }
      count -= bytes.count
      target.copyMemory(from: store + count, byteCount: bytes.count)
      sodium_memzero(store + count, bytes.count)
      page.storeBytes(of: count, as: Int.self)
      return true
    }
  }
}
