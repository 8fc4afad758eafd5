internal import CLibUV
internal import Glibc

/// Whether the system still gives descriptors, asked before libraries that abort when it does not.
package enum FreeDescriptors {
  /// Whether so many more can be opened now; `errno` says why not.
  package static func are(_ count: Int) -> Bool {
    var opened: [CInt] = []
    defer {
      let code = errno
      for descriptor in opened { close(descriptor) }
      errno = code
    }
    for _ in 0..<count {
      let descriptor = aeuv_epoll_make()
      guard descriptor >= 0 else { return false }
      opened.append(descriptor)
    }
    return true
  }
}
