internal import AEValue
import AnyEvent
import AnyEventMP
import Glibc

/// The socket by which a proxy is told what to do: a line a request, with JSON or text as the first word, and
/// for the answer a line for each of output behind a space, and one with the exit code and a sentence.
final class ProxyControl {
  private let loop: Loop
  private let server: ProxyServer
  private var listener: Listener?
  private var clients: [ObjectIdentifier: Handle] = [:]

  /// The longest line that a client may send.
  static let longestLine = 64 << 10

  /// Why there can be no such socket; the sentence says what is wrong and what to do.
  struct Problem: Error {
    let sentence: String
  }

  init(_ path: String, on loop: Loop, _ server: ProxyServer) throws(Problem) {
    self.loop = loop
    self.server = server
    try Self.makeWay(at: path)
    // The socket belongs to its owner alone from the first moment on.
    let mask = umask(0o177)
    defer { umask(mask) }
    do throws(SocketError) {
      listener = try loop.listen(on: "unix/", path) { [unowned self] in accepted($0) }
    } catch {
      throw Problem(sentence: "\(error); name another path with --control")
    }
  }

  /// Ends the socket, and removes its file.
  func end() {
    listener?.close()
    for handle in clients.values { handle.destroy() }
    clients = [:]
  }

  /// Removes the socket of a proxy that has ended without doing so; anything else is left alone.
  private static func makeWay(at path: String) throws(Problem) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw Problem(sentence: "\(path) is there and no socket; name another path with --control")
    }
    guard UnixSocket(path) == nil else {
      throw Problem(
        sentence: "another proxy answers at \(path); end that, or name another path with --control")
    }
    unlink(path)
  }

  private func accepted(_ socket: ConnectedSocket) {
    let handle = Handle(fh: socket.fd, on: loop, rbuf_max: Self.longestLine)
    clients[ObjectIdentifier(handle)] = handle
    handle.on_error = { [unowned self] handle, _, _ in forget(handle) }
    handle.on_eof = { [unowned self] handle in forget(handle) }
    handle.on_read = { handle in
      handle.push_read(.line) { [unowned self] handle, line in answer(line, handle) }
    }
  }

  private func forget(_ handle: Handle) {
    clients[ObjectIdentifier(handle)] = nil
    handle.destroy()
  }

  private func answer(_ line: String, _ handle: Handle) {
    let words = line.split(separator: " ").map { String($0) }
    do throws(UsageError) {
      let request = try ProxyRequest(Array(words.dropFirst()))
      server.perform(
        request, isJSON: words.first == "json",
        while: { [weak handle] in handle?.destroyed == false }
      ) { [weak handle] answer in
        handle?.push_write(Self.text(answer))
      }
    } catch {
      handle.push_write(Self.text(ProxyAnswer(code: .usage, sentence: error.sentence)))
    }
  }

  private static func text(_ answer: ProxyAnswer) -> String {
    let sentence = Legible.line(answer.sentence)
    return answer.lines.map { " \($0.text)\n" }.joined() + "\(answer.code.rawValue) \(sentence)\n"
  }
}

/// A connection to the socket in a file, from a process that has nothing else to do.
struct UnixSocket: ~Copyable {
  let descriptor: CInt

  /// Connects; nil with `errno` if no proxy answers there.
  init?(_ path: String) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard path.utf8.count < room else {
      errno = ENAMETOOLONG
      return nil
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let descriptor = StandardDescriptors.spare(
      socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0))
    guard descriptor >= 0 else { return nil }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else {
      let code = errno
      Glibc.close(descriptor)
      errno = code
      return nil
    }
    self.descriptor = descriptor
  }

  deinit { Glibc.close(descriptor) }
}
