internal import CLibUV

/// Counts the libuv handles and requests that a loop has given to libuv and not got back.
///
/// The memory of a handle may go only in its close callback, which can come when its owner is long
/// gone. So a closing handle holds nothing but the ledger.
final class HandleLedger {
  private(set) var open = 0
  var whenEmpty: (() -> Void)?

  func opened() { open += 1 }

  func closed() {
    open -= 1
    guard open == 0, let whenEmpty else { return }
    self.whenEmpty = nil
    whenEmpty()
  }

  /// Closes a handle; its memory is given back by the close callback.
  ///
  /// No other callback of the handle is called any more. Closing twice does nothing, but the
  /// pointer must not be used after the close callback: owners drop it when they call this.
  func close<UVHandle>(_ pointer: UnsafeMutablePointer<UVHandle>) {
    let handle = base(pointer)
    guard uv_is_closing(handle) == 0 else { return }
    handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
    uv_close(handle) { handle in
      guard let handle, let data = handle.pointee.data else { return }
      let ledger = Unmanaged<HandleLedger>.fromOpaque(data).takeRetainedValue()
      UnsafeMutableRawPointer(handle).deallocate()
      ledger.closed()
    }
  }
}

extension Loop {
  /// How many libuv handles and requests the loop has, for tests that look for what is left behind.
  package var openHandles: Int { ledger.open }
}

/// The part that all libuv handles have in common.
@inline(__always)
func base<UVHandle>(_ pointer: UnsafeMutablePointer<UVHandle>) -> UnsafeMutablePointer<uv_handle_t>
{
  UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: uv_handle_t.self)
}

/// libuv's text for one of its (negative) codes.
func describe(_ status: CInt) -> String {
  guard let text = uv_strerror(status) else { return "error \(status)" }
  return String(cString: text)
}
