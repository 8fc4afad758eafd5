internal import CAEMP

/// A host's pointer, and the function that frees it: called once, when the last reference goes.
final class UserData: @unchecked Sendable {
  let ud: UnsafeMutableRawPointer?
  private let free: aemp_free_cb?
  private let box: NodeBox?

  /// The user data that a function of the node `handle` was given.
  init(_ ud: UnsafeMutableRawPointer?, _ free: aemp_free_cb?, _ handle: OpaquePointer?) {
    self.ud = ud
    self.free = free
    box = free == nil ? nil : handle.map { NodeBox.at($0).takeUnretainedValue() }
  }

  deinit {
    guard let free else { return }
    if let box { box.dispose(ud, free) } else { free(ud) }
  }
}
