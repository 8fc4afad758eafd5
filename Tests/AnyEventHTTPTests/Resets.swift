import Glibc

/// Has the socket end with a reset when it is closed.
func endWithReset(_ fd: CInt) -> CInt {
  var value = linger(l_onoff: 1, l_linger: 0)
  return setsockopt(fd, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
}
