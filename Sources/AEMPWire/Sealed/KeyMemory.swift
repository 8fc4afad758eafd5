internal import CSodium

/// Key bytes at one place in memory, which is wiped as soon as they are not needed any more.
///
/// A key of one connection: ordinary memory, since guarded memory would take several pages for each.
/// It is never copied, moved or printed. Belongs to one thread at a time.
final class KeyMemory: @unchecked Sendable {
  /// How many bytes the key has.
  let count: Int
  private let base: UnsafeMutableRawPointer

  /// A key of zeros, which `fill` overwrites.
  init(count: Int, fill: (UnsafeMutablePointer<UInt8>) -> Void) {
    self.count = count
    base = .allocate(byteCount: count, alignment: 16)
    fill(base.initializeMemory(as: UInt8.self, repeating: 0, count: count))
  }

  deinit {
    wipe()
    base.deallocate()
  }

  /// Overwrites the key with zeros.
  ///
  /// The corresponding C function is `sodium_memzero`.
  func wipe() { sodium_memzero(base, count) }

  /// The key's bytes, valid as long as this object.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  /// Where the key starts, for C.
  var start: UnsafePointer<UInt8> { UnsafePointer(base.assumingMemoryBound(to: UInt8.self)) }
}

extension KeyMemory: CustomStringConvertible, CustomReflectable {
  /// Always the same text, whatever the key is.
  var description: String { "(key)" }

  /// A mirror without children, so that `dump` shows nothing.
  var customMirror: Mirror { Mirror(self, children: []) }
}
