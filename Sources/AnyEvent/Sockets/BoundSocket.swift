internal import CLibUV
internal import Glibc

/// A socket that is bound to an address and not listening yet.
struct BoundSocket {
  let fd: CInt
  let address: SocketAddress
  let file: BoundPath?

  init(_ wanted: SocketAddress) throws(SocketError) {
    let type =
      CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
    let fd = StandardDescriptors.spare(socket(wanted.family, type, 0))
    guard fd >= 0 else { throw SocketError("cannot make a socket for \(wanted)", code: errno) }
    if let path = wanted.path {
      BoundPath.removeSocket(at: path)
    } else {
      var yes: CInt = 1
      setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
    }
    guard wanted.withNative({ bind(fd, $0, $1) }) == 0 else {
      let code = errno
      _ = close(fd)
      throw SocketError("cannot bind to \(wanted)", code: code)
    }
    self.fd = fd
    address = SocketAddress.local(of: fd) ?? wanted
    file = wanted.path.flatMap { BoundPath($0) }
  }
}

/// The file of a bound socket, to be removed at the end, by the process that has made it, if it is still
/// the same one.
struct BoundPath {
  private let path: String
  private let device: dev_t
  private let inode: ino_t
  private let maker = ChangingProcess()

  init?(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    self.path = path
    device = status.st_dev
    inode = status.st_ino
  }

  func remove() {
    guard maker.isThis else { return }
    var status = stat()
    guard lstat(path, &status) == 0, status.st_dev == device, status.st_ino == inode else { return }
    unlink(path)
  }

  /// Removes what is left of an earlier server, but no other kind of file.
  static func removeSocket(at path: String) {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
    unlink(path)
  }
}
