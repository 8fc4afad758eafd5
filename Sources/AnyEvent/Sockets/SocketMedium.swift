import AEValue
internal import CCares
internal import CLibUV
import Glibc

/// A connected socket that carries a stream.
final class SocketMedium: StreamMedium {
  private let loop: Loop
  private var descriptor: CInt
  private var reader: IOWatcher?
  private var writer: IOWatcher?

  init(loop: Loop, descriptor: CInt) {
    self.loop = loop
    self.descriptor = descriptor
  }

  deinit {
    close()
  }

  func start(for stream: StreamConnection) {
    reader = loop.io(descriptor, .read) { [unowned self, unowned stream] in readable(stream) }
  }

  func write(_ output: ByteBuffer, of stream: StreamConnection) -> StreamWriteResult {
    while output.count > 0 {
      let bytes = output.bytes
      let count = send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      if count >= 0 {
        output.removeFirst(count)
      } else if errno == EAGAIN || errno == EWOULDBLOCK {
        waitForRoom(stream)
        return .blocked
      } else if errno != EINTR {
        return .failed(String(cString: strerror(errno)))
      }
    }
    return .done
  }

  /// What Linux tells of a TCP connection.
  var traffic: StreamTraffic? {
    // <linux/tcp.h>, which grows at its end only: tcpi_data_segs_in, of four bytes, is here.
    let offset = 152
    var facts = [UInt8](repeating: 0, count: 256)
    var size = socklen_t(facts.count)
    var waiting: CInt = 0
    guard getsockopt(descriptor, CInt(IPPROTO_TCP), TCP_INFO, &facts, &size) == 0,
      Int(size) >= offset + 4, ioctl(descriptor, UInt(TIOCOUTQ), &waiting) == 0
    else { return nil }
    let pieces = facts.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
    return StreamTraffic(unacknowledged: UInt64(max(0, waiting)), pieces: UInt64(pieces))
  }

  func finishWriting() {
    // One that is broken is reported by reading.
    _ = shutdown(descriptor, CInt(SHUT_WR))
  }

  func release() -> CInt? {
    guard descriptor >= 0 else { return nil }
    defer { descriptor = -1 }
    reader?.cancel()
    reader = nil
    writer?.cancel()
    writer = nil
    return descriptor
  }

  func close() {
    if let closing = release() { Glibc.close(closing) }
  }

  private func waitForRoom(_ stream: StreamConnection) {
    guard writer == nil else { return }
    writer = loop.io(descriptor, .write) { [unowned self, unowned stream] in
      writer?.cancel()
      writer = nil
      stream.hasRoom()
    }
  }

  /// Reads one buffer at the most, then others have their turn.
  private func readable(_ stream: StreamConnection) {
    let buffer = loop.readBuffer
    var count = -1
    repeat {
      count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
    } while count < 0 && errno == EINTR
    if count > 0 {
      stream.arrived(UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
    } else if count == 0 {
      stream.end(.endOfStream)
    } else if errno != EAGAIN, errno != EWOULDBLOCK {
      stream.end(.failed(String(cString: strerror(errno))))
    }
  }
}
