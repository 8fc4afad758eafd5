internal import CLibUV
internal import Glibc

/// Writes buffers to descriptors of any kind.
enum HandleWriting {
  enum Result {
    /// All is written.
    case done
    /// The rest has to wait for room.
    case blocked
    /// An error, by the system's number.
    case failed(CInt)
  }

  /// Takes from the front of the buffer what the descriptor takes.
  static func write(_ bytes: ByteBuffer, to descriptor: CInt) -> Result {
    let flags = CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT)
    while !bytes.isEmpty {
      let part = bytes.bytes
      var count = send(descriptor, part.baseAddress, part.count, flags)
      if count < 0, errno == ENOTSOCK {
        count = Glibc.write(descriptor, part.baseAddress, part.count)
      }
      if count >= 0 {
        bytes.removeFirst(count)
      } else if errno == EAGAIN || errno == EWOULDBLOCK {
        return .blocked
      } else if errno != EINTR {
        return .failed(errno)
      }
    }
    return .done
  }
}
