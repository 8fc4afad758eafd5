internal import AEValue
internal import COpenSSL

/// What an OpenSSL session reads from and writes to: the bytes that have just arrived, where they
/// lie, and the buffer of what is to be sent.
///
/// Only OpenSSL itself copies bytes. The `BIO` holds the address of this value, which its
/// ``TLSSession`` gives free after the `BIO`.
struct TLSMemory {
  var input = UnsafeRawBufferPointer(start: nil, count: 0)
  unowned(unsafe) var output: ByteBuffer

  /// A new `BIO` over `memory`; nil when there is none to be had.
  static func makeBIO(over memory: UnsafeMutablePointer<TLSMemory>) -> OpaquePointer? {
    guard let kind = method.pointer, let bio = BIO_new(kind) else { return nil }
    BIO_set_data(bio, memory)
    BIO_set_init(bio, 1)
    return bio
  }

  fileprivate mutating func read(into target: UnsafeMutableRawPointer, _ wanted: Int) -> Int {
    let count = min(wanted, input.count)
    guard count > 0, let start = input.baseAddress else { return 0 }
    target.copyMemory(from: start, byteCount: count)
    input = UnsafeRawBufferPointer(rebasing: input[count...])
    return count
  }

  private struct Method: @unchecked Sendable {
    // It is read-only once made, hence safe on any thread; nil when OpenSSL has no memory.
    let pointer: OpaquePointer?

    init() {
      pointer = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "swift-anyevent")
      guard let pointer else { return }
      BIO_meth_set_read_ex(pointer, bioRead)
      BIO_meth_set_write_ex(pointer, bioWrite)
      BIO_meth_set_ctrl(pointer, bioControl)
    }
  }

  private static let method = Method()
}

private func memory(of bio: OpaquePointer?) -> UnsafeMutablePointer<TLSMemory>? {
  BIO_get_data(bio)?.assumingMemoryBound(to: TLSMemory.self)
}

private func bioRead(
  _ bio: OpaquePointer?, _ target: UnsafeMutablePointer<CChar>?, _ wanted: Int,
  _ count: UnsafeMutablePointer<Int>?
) -> CInt {
  guard let memory = memory(of: bio), let target, let count else { return 0 }
  // A flag that is left from the last time would hide that the other end has ended.
  BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
  count.pointee = memory.pointee.read(into: target, wanted)
  if count.pointee > 0 { return 1 }
  // This is not the end: more may come.
  BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
  return 0
}

private func bioWrite(
  _ bio: OpaquePointer?, _ source: UnsafePointer<CChar>?, _ wanted: Int,
  _ count: UnsafeMutablePointer<Int>?
) -> CInt {
  guard let memory = memory(of: bio), let source, let count else { return 0 }
  memory.pointee.output.append(
    contentsOf: UnsafeRawBufferPointer(start: source, count: wanted))
  count.pointee = wanted
  return 1
}

private func bioControl(
  _ bio: OpaquePointer?, _ command: CInt, _ number: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
  command == BIO_CTRL_FLUSH ? 1 : 0
}
