private import Glibc

/// A growable buffer of bytes: appended to at the end, consumed from the front.
///
/// A connection encodes its packets straight into one and writes ``bytes`` to the socket. Appending
/// is amortised constant time, and so is consuming: the readable bytes are moved to the front only when
/// the room there is needed. A large buffer has hardly more memory than it has bytes: it grows where it is,
/// or by moving pages instead of copying them, and gives the pages of consumed bytes back at once. It is
/// not thread-safe: it belongs to one loop's thread.
public final class ByteBuffer {
  @exclusivity(unchecked) @usableFromInline var base: UnsafeMutableRawPointer
  @exclusivity(unchecked) @usableFromInline var capacity: Int
  /// The start of the readable bytes.
  @exclusivity(unchecked) @usableFromInline var start = 0
  /// The end of the readable bytes.
  @exclusivity(unchecked) @usableFromInline var end = 0

  /// The end of the part that a sender may fill at once, see ``openWindow(upTo:)``; 0: there is none.
  @exclusivity(unchecked) @usableFromInline var windowEnd = 0

  /// How many packets were put into the buffer so far, as its users count them.
  @exclusivity(unchecked) @usableFromInline var packets = 0

  /// How many bytes were consumed before the front of the allocation.
  @exclusivity(unchecked) @usableFromInline var consumedBefore = 0

  /// The place of ``start`` from which on the pages of consumed bytes are given back.
  @exclusivity(unchecked) @usableFromInline var releaseMark = Int.max
  /// The end of the pages that have been given back.
  @exclusivity(unchecked) private var released = 0

  /// How many bytes had been consumed when ``giveBackIfIdle()`` was called last.
  @exclusivity(unchecked) private var idleMark = 0

  /// The capacity from which on a buffer is large; so much is given back at a time.
  static let largeCapacity = 1 << 20

  /// The capacity of an empty buffer that has given its memory back.
  static let smallCapacity = 64

  /// The greatest capacity that a buffer keeps when it runs empty.
  @inlinable static var keptCapacity: Int { 1 << 20 }

  /// Creates an empty buffer with room for `capacity` bytes.
  public init(capacity: Int = 0) {
    self.capacity = max(capacity, ByteBuffer.smallCapacity)
    base = .allocate(byteCount: self.capacity, alignment: 16)
    noteCapacity()
  }

  deinit { base.deallocate() }

  /// The number of readable bytes.
  @inlinable public var count: Int { end - start }

  /// How many packets were put into the buffer so far.
  package var packetCount: Int { packets }

  /// Counts packets that were appended otherwise than by ``take(_:)``.
  @inline(__always)
  package func countPackets(_ count: Int = 1) { packets &+= count }

  /// How many bytes have been consumed so far: where ``bytes`` begins in all that was ever appended.
  package var consumedCount: Int { consumedBefore + start }

  /// Whether there is nothing to read.
  @inlinable public var isEmpty: Bool { end == start }

  /// The readable bytes; valid until the buffer is changed.
  @inlinable public var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base + start, count: end - start)
  }

  /// Makes room for `count` more bytes and returns their place.
  ///
  /// Bytes that are written there count only once ``advance(by:)`` is called.
  @inlinable @inline(__always) func reserve(_ count: Int) -> UnsafeMutableRawPointer {
    if count > capacity - end { makeRoom(count) }
    return base + end
  }

  /// Takes `count` bytes, written where ``reserve(_:)`` pointed, into the buffer.
  @inlinable @inline(__always) func advance(by count: Int) { end += count }

  /// Moves the readable bytes to the front, into a larger allocation if they fill half of this one.
  @usableFromInline @inline(never) func makeRoom(_ needed: Int) {
    if capacity >= ByteBuffer.largeCapacity { return makeRoomInLarge(needed) }
    let live = end - start
    if start >= live, needed <= capacity - live {
      // The consumed part is at least as large as the moved one, so this takes amortised constant time.
      base.copyMemory(from: base + start, byteCount: live)
    } else {
      let larger = max(capacity * 2, live + needed)
      let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
      moved.copyMemory(from: base + start, byteCount: live)
      base.deallocate()
      base = moved
      capacity = larger
    }
    consumedBefore += start
    start = 0
    end = live
    noteCapacity()
  }

  /// Makes room in a large buffer, whose consumed part takes no memory and stays longer.
  private func makeRoomInLarge(_ needed: Int) {
    let live = end - start
    if start >= 4 * live, needed <= capacity - live { return moveToFront() }
    let larger = max(end + needed, end + end / 2)
    if let moved = realloc(base, larger) {
      base = moved
    } else {
      // This allocation stops the program if there is no memory.
      let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
      (moved + start).copyMemory(from: base + start, byteCount: live)
      base.deallocate()
      base = moved
      released = 0
    }
    capacity = larger
    windowEnd = 0
  }

  /// Moves the readable bytes of a large buffer, without ever having two copies of more than a part.
  private func moveToFront() {
    let live = end - start
    var done = 0
    while done < live {
      let part = min(ByteBuffer.largeCapacity, live - done)
      (base + done).copyMemory(from: base + start + done, byteCount: part)
      done += part
      release(from: max(start, start + done - part - (64 << 10)), to: start + done)
    }
    consumedBefore += start
    start = 0
    end = live
    noteCapacity()
  }

  /// Sets the marks for an allocation without consumed bytes.
  private func noteCapacity() {
    windowEnd = 0
    released = 0
    releaseMark = capacity >= ByteBuffer.largeCapacity ? ByteBuffer.largeCapacity : .max
  }

  /// Gives the pages of consumed bytes back.
  @usableFromInline @inline(never) func releaseConsumed() {
    release(from: released, to: start)
    released = start
    releaseMark = start + ByteBuffer.largeCapacity
  }

  /// Gives back the pages that lie between two places as a whole.
  private func release(from first: Int, to last: Int) {
    // No system has larger pages.
    let page = UInt(64 << 10)
    let address = UInt(bitPattern: base)
    let from = (address + UInt(first) + page - 1) & ~(page - 1)
    let to = (address + UInt(last)) & ~(page - 1)
    guard from < to else { return }
    // A failure only leaves the memory in use.
    _ = madvise(UnsafeMutableRawPointer(bitPattern: from), Int(to - from), MADV_DONTNEED)
  }

  /// Appends one byte.
  @inlinable public func append(_ byte: UInt8) {
    reserve(1).storeBytes(of: byte, as: UInt8.self)
    end += 1
  }

  /// Appends bytes.
  @inlinable public func append(contentsOf bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    reserve(bytes.count).copyMemory(from: source, byteCount: bytes.count)
    end += bytes.count
  }

  /// Appends `count` bytes, all of which `fill` writes.
  @inlinable public func append(
    uninitialized count: Int, _ fill: (UnsafeMutableRawPointer) -> Void
  ) {
    fill(reserve(count))
    end += count
  }

  /// Appends bytes.
  @inlinable public func append(contentsOf bytes: [UInt8]) {
    bytes.withUnsafeBytes { append(contentsOf: $0) }
  }

  /// Appends the UTF-8 of a literal.
  @inlinable public func append(_ text: StaticString) {
    text.withUTF8Buffer { append(contentsOf: UnsafeRawBufferPointer($0)) }
  }

  /// Appends the UTF-8 of `text`.
  @_disfavoredOverload @inlinable public func append(_ text: String) {
    text.withContiguousUTF8 { append(contentsOf: $0) }
  }

  /// Removes the bytes behind the first `count` ones.
  public func truncate(to count: Int) {
    require(
      count >= 0 && count <= self.count, "truncate(to:) takes a count the buffer had before")
    end = start + count
  }

  /// Drops the first `count` bytes: they have been consumed.
  @inlinable public func removeFirst(_ count: Int) {
    require(
      count >= 0 && count <= self.count, "removeFirst takes no more than the buffer's count")
    start += count
    if start == end {
      consumedBefore += start
      start = 0
      end = 0
      windowEnd = 0
      // A connection must not keep the memory of an unusually large packet.
      if capacity > ByteBuffer.keptCapacity { removeAll(keepingCapacity: false) }
    } else if start >= releaseMark {
      releaseConsumed()
    }
  }

  /// Drops all bytes; with `keepingCapacity: false` the memory is given back too.
  public func removeAll(keepingCapacity: Bool = true) {
    consumedBefore += end
    start = 0
    end = 0
    if !keepingCapacity, capacity > ByteBuffer.smallCapacity {
      base.deallocate()
      capacity = ByteBuffer.smallCapacity
      base = .allocate(byteCount: capacity, alignment: 16)
    }
    noteCapacity()
  }
}

// MARK: - Idle buffers

extension ByteBuffer {
  /// An idle buffer keeps so much, and one that takes no more between two looks is idle.
  private static var idleCapacity: Int { 256 }

  /// Gives the memory of an empty buffer back, if it was hardly used since the last call.
  package func giveBackIfIdle() {
    let used = consumedCount - idleMark
    if isEmpty, capacity > Self.idleCapacity, used <= Self.idleCapacity {
      removeAll(keepingCapacity: false)
    }
    idleMark = consumedCount
  }

  /// How many bytes there is memory for.
  package var heldBytes: Int { capacity }
}

// MARK: - The window

// One comparison tells a sender that it may write a packet and do nothing else: the connection is open, its bytes are
// sent later in any case, and neither the memory nor a limit is reached. Code that changes one of these closes the
// window, and so does the buffer itself when its bytes move.

extension ByteBuffer {
  /// Lets packets be written without asking until there are `count` readable bytes.
  package func openWindow(upTo count: Int) {
    windowEnd = count > 0 ? start + min(count, capacity - start) : 0
  }

  /// Has each sender ask again.
  package func closeWindow() { windowEnd = 0 }

  /// The rest of the window if it has so many bytes; nothing else may use the buffer until the packet is written.
  @inlinable @inline(__always)
  package func placeInWindow(for count: Int) -> PacketPlace? {
    guard windowEnd &- end >= count else { return nil }
    return PacketPlace(base + end, limit: base + windowEnd)
  }

  /// Takes a packet that was written into the window.
  @inlinable @inline(__always)
  public func take(_ packet: PacketPlace) {
    end = packet.next - base
    packets &+= 1
  }
}

extension String {
  /// Calls `body` with the string's UTF-8, copied only where it is not contiguous in memory.
  @inlinable @inline(__always)
  func withContiguousUTF8<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
    if let result = utf8.withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) {
      return result
    }
    return Array(utf8).withUnsafeBytes(body)
  }
}
