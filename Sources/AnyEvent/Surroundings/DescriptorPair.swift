internal import CLibUV
internal import Glibc

/// Two connected descriptors, both closed in programs that are started.
package struct DescriptorPair {
  /// The end that is read, or one of two equal ends.
  package let first: CInt
  /// The end that is written, or the other one.
  package let second: CInt

  /// A pipe, or with `isSocket` two stream sockets; throws the system's reason.
  package init(isSocket: Bool, isBlocking: Bool) throws(SystemError) {
    var ends: [CInt] = [-1, -1]
    let status =
      isSocket
      ? aeuv_socketpair(&ends, isBlocking ? 1 : 0)
      : aeuv_pipe(&ends, O_CLOEXEC | (isBlocking ? 0 : O_NONBLOCK))
    guard status == 0 else { throw SystemError(errno, "cannot make a pipe") }
    first = StandardDescriptors.spare(ends[0])
    let code = errno
    second = StandardDescriptors.spare(ends[1])
    guard first < 0 || second < 0 else { return }
    let problem = first < 0 ? code : errno
    for end in [first, second] where end >= 0 { _ = close(end) }
    throw SystemError(problem, "cannot make a pipe")
  }
}

/// The mode of open files, which all descriptors and processes that share one have in common.
package enum OpenFileMode {
  /// Makes reading and writing wait or not; false with `errno` set if that isn't possible.
  package static func setNonBlocking(_ descriptor: CInt, _ isNonBlocking: Bool) -> Bool {
    let flags = fcntl(descriptor, F_GETFL)
    guard flags >= 0 else { return false }
    let wanted = isNonBlocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK
    return wanted == flags || fcntl(descriptor, F_SETFL, wanted) == 0
  }
}
