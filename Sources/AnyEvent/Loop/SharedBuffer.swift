internal import AEValue

/// Memory that all connections of a loop share, each for one callback.
///
/// A host that runs its loop inside of a callback has others read meanwhile: they get memory of their own.
package final class SharedBuffer {
  /// The memory that is lent, to one borrower at a time.
  package let bytes: UnsafeMutableRawBufferPointer
  private var isLent = false

  init(byteCount: Int) { bytes = Self.allocate(byteCount) }

  deinit { bytes.deallocate() }

  /// Readers of packets may look at words that lie behind the bytes that have arrived.
  private static func allocate(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(
      rebasing: UnsafeMutableRawBufferPointer.allocate(
        byteCount: byteCount + PacketBytes.slack, alignment: 64)[..<byteCount])
  }

  /// Calls `body` with memory that no other code uses during the call.
  @inline(__always)
  package func lend<R>(_ body: (UnsafeMutableRawBufferPointer) -> R) -> R {
    guard !isLent else { return lendAnother(body) }
    isLent = true
    defer { isLent = false }
    return body(bytes)
  }

  private func lendAnother<R>(_ body: (UnsafeMutableRawBufferPointer) -> R) -> R {
    let another = Self.allocate(bytes.count)
    defer { another.deallocate() }
    return body(another)
  }
}
