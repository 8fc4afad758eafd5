internal import AEValue
internal import CCares
internal import CLibUV
internal import Glibc

/// A socket for datagrams: UDP, or one in the file system; it is closed when its last reference goes.
///
/// Many datagrams are received, and sent, by one system call. All members are for the loop's thread; every
/// callback may close the socket. Corresponds to C's `recvmmsg` and `sendmmsg`.
public final class DatagramSocket {
  /// A datagram that waits to be sent.
  private struct Outgoing {
    let bytes: [UInt8]
    let receiver: SocketAddress?
    let done: ((SocketError?) -> Void)?
  }

  /// The most datagrams of one system call.
  private static let batch = 32
  /// The bytes that are sent by one system call, unless one datagram alone is longer.
  private static let batchBytes = 1 << 16

  /// How long (s) to wait for room of which no event tells.
  private static let pauseWithoutRoom = 0.002

  private let loop: Loop
  private var fd: CInt
  private var reading: IOWatcher?
  private var writing: IOWatcher?
  private var queue = Queue<Outgoing>()
  /// Datagrams that have arrived and were not given out: the rest of a batch, when the program has stopped listening.
  private var arrived = Queue<(bytes: [UInt8], sender: SocketAddress?)>()
  private var pause: TimerWatcher?
  private var willFlush = false

  /// The longest datagram (bytes) that is received whole; of longer ones the rest is lost.
  public var receiveSize = 1500
  /// Called with each datagram and its sender, which is nil if that has no address.
  ///
  /// If it is nil, datagrams that were received wait here, and later ones in the system.
  public var received: ((_ bytes: [UInt8], _ sender: SocketAddress?) -> Void)? {
    didSet { watch() }
  }
  /// Called with errors that the system reports: that no program listens at a receiver, for instance.
  ///
  /// After a fatal one the socket is closed.
  public var failed: ((_ error: SocketError, _ isFatal: Bool) -> Void)?
  /// Called when all datagrams have been sent.
  public var drained: (() -> Void)?
  /// Called when datagrams were sent, for clocks.
  var sent: (() -> Void)?

  /// Takes over a datagram socket, which becomes non-blocking.
  public init(on loop: Loop = .current, fd: CInt) {
    loop.preconditionOnLoop()
    self.loop = loop
    self.fd = fd
    _ = fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK)
  }

  /// Makes a socket for addresses of the kind of this one, neither bound nor connected.
  ///
  /// - Throws: `SocketError` if the system refuses.
  public convenience init(on loop: Loop = .current, like address: SocketAddress) throws(SocketError)
  {
    let type =
      CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
    let made = StandardDescriptors.spare(socket(address.family, type, 0))
    guard made >= 0 else { throw SocketError("cannot make a socket for \(address)", code: errno) }
    self.init(on: loop, fd: made)
  }

  /// The descriptor; −1 after the end.
  public var descriptor: CInt { fd }

  /// The number of datagrams that wait to be sent.
  public var queued: Int { queue.count }

  /// The address at which datagrams are received.
  public var localAddress: SocketAddress? { fd < 0 ? nil : SocketAddress.local(of: fd) }

  /// The address to which it is connected.
  public var peerAddress: SocketAddress? { fd < 0 ? nil : SocketAddress.peer(of: fd) }

  /// Receives at this address, port 0 for one that the system chooses.
  ///
  /// - Parameters:
  ///   - address: the address.
  ///   - isReused: whether others of this machine may receive there, too (`SO_REUSEADDR`).
  ///
  /// - Throws: `SocketError` if the system refuses.
  public func bind(to address: SocketAddress, isReused: Bool = false) throws(SocketError) {
    if isReused {
      var flag: CInt = 1
      setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &flag, socklen_t(MemoryLayout<CInt>.size))
    }
    guard address.withNative({ Glibc.bind(fd, $0, $1) }) == 0 else {
      throw SocketError("cannot bind to \(address)", code: errno)
    }
  }

  /// Sends datagrams without a receiver to this address, and receives only from it.
  ///
  /// - Throws: `SocketError` if the system refuses.
  public func connect(to address: SocketAddress) throws(SocketError) {
    guard address.withNative({ Glibc.connect(fd, $0, $1) }) == 0 else {
      throw SocketError("cannot connect to \(address)", code: errno)
    }
  }

  /// Sends a datagram at the end of this iteration, with the others of it.
  ///
  /// - Parameters:
  ///   - bytes: the datagram.
  ///   - receiver: its receiver; nil for the address to which the socket is connected.
  ///   - done: called when the system has taken it, with nil, or has refused it; without that, `failed` is
  ///     called when it was refused. Never called after `close()`.
  public func send(
    _ bytes: [UInt8], to receiver: SocketAddress? = nil, done: ((SocketError?) -> Void)? = nil
  ) {
    loop.preconditionOnLoop()
    guard fd >= 0 else { return }
    queue.append(Outgoing(bytes: bytes, receiver: receiver, done: done))
    guard writing == nil, pause == nil, !willFlush else { return }
    willFlush = true
    loop.postpone { [weak self] in
      self?.willFlush = false
      self?.flush()
    }
  }

  /// Sends the waiting datagrams, as far as the system takes them now.
  public func flush() {
    guard writing == nil, pause == nil else { return }
    while fd >= 0, !queue.isEmpty {
      let count = sendBatch()
      if count < 0 {
        let code = errno
        if code == EINTR { continue }
        if [EAGAIN, EWOULDBLOCK, ENOBUFS].contains(code) { return waitToWrite(code) }
        let refused = queue.popFirst()
        report(SocketError("cannot send a datagram", code: code), to: refused?.done)
      } else {
        // Taken before the callbacks, which may send and flush.
        let done = (0..<count).map { _ in queue.popFirst()?.done }
        sent?()
        for done in done where fd >= 0 { done?(nil) }
      }
      if fd >= 0, queue.isEmpty { drained?() }
    }
  }

  /// Closes the socket, and forgets the waiting datagrams; may be called more than once.
  public func close() {
    guard fd >= 0 else { return }
    loop.preconditionOnLoop()
    reading = nil
    writing = nil
    _ = Glibc.close(fd)
    fd = -1
    // Released at the end: the deinitializers of objects that callbacks hold may call this socket.
    let held = (queue, received, failed, drained, sent)
    queue = Queue()
    arrived = Queue()
    pause = nil
    received = nil
    failed = nil
    drained = nil
    sent = nil
    withExtendedLifetime(held) {}
  }

  private func watch() {
    guard fd >= 0, received != nil else {
      reading = nil
      return
    }
    if !arrived.isEmpty { loop.postpone { [weak self] in self?.deliver() } }
    if reading == nil { reading = loop.io(fd, .read) { [unowned self] in receive() } }
  }

  private func waitToWrite(_ code: CInt) {
    // No event tells when a network card has room again, nor when a receiver in the file system has: the
    // socket counts as writable unless it is connected to that.
    guard code != ENOBUFS, queue[0]?.receiver?.family != AF_UNIX else {
      pause = loop.timer(after: Self.pauseWithoutRoom) { [unowned self] in
        pause = nil
        flush()
      }
      return
    }
    writing = loop.io(fd, .write) { [unowned self] in
      writing = nil
      flush()
    }
  }

  private func report(_ error: SocketError, to done: ((SocketError?) -> Void)?) {
    if let done { done(error) } else { failed?(error, false) }
  }

  // MARK: - System calls

  /// Sends the first datagrams of the queue; returns how many, or −1 with `errno`.
  private func sendBatch() -> Int {
    var batch: [Outgoing] = []
    var size = 0
    while batch.count < Self.batch, let next = queue[batch.count] {
      guard batch.isEmpty || size + next.bytes.count <= Self.batchBytes else { break }
      size += next.bytes.count
      batch.append(next)
    }
    return withUnsafeTemporaryAllocation(byteCount: max(size, 1), alignment: 16) { bytes in
      withMessages(batch.count) { messages, parts, addresses in
        var place = 0
        for (index, outgoing) in batch.enumerated() {
          let part = UnsafeMutableRawBufferPointer(
            rebasing: bytes[place..<place + outgoing.bytes.count])
          part.copyBytes(from: outgoing.bytes)
          place += outgoing.bytes.count
          parts[index] = iovec(iov_base: part.baseAddress, iov_len: part.count)
          messages[index].header.msg_namelen = 0
          messages[index].header.msg_name = nil
          outgoing.receiver?.withNative { native, length in
            UnsafeMutableRawPointer(addresses + index).copyMemory(
              from: native, byteCount: Int(length))
            messages[index].header.msg_name = UnsafeMutableRawPointer(addresses + index)
            messages[index].header.msg_namelen = length
          }
        }
        return Int(aeuv_send_datagrams(fd, messages, UInt32(batch.count)))
      }
    }
  }

  /// Receives the datagrams that are there, at most a batch, and gives them out.
  private func receive() {
    deliver()
    // A program that has not taken all of the last batch gets no more.
    guard reading != nil, arrived.isEmpty else { return }
    let status = loop.readBuffer.lend { receive(into: $0) }
    guard status >= 0 else { return receivingFailed(errno) }
    deliver()
  }

  /// Receives a batch into a buffer, and keeps its datagrams; returns the result of `recvmmsg`.
  private func receive(into buffer: UnsafeMutableRawBufferPointer) -> CInt {
    let size = max(1, min(receiveSize, buffer.count))
    let count = min(Self.batch, buffer.count / size)
    return withMessages(count) { messages, parts, addresses in
      for index in 0..<count {
        let part = UnsafeMutableRawBufferPointer(
          rebasing: buffer[index * size..<(index + 1) * size])
        parts[index] = iovec(iov_base: part.baseAddress, iov_len: size)
      }
      let status = aeuv_receive_datagrams(fd, messages, UInt32(count))
      for index in 0..<max(0, Int(status)) {
        let length = messages[index].header.msg_namelen
        let sender = UnsafeMutableRawPointer(addresses + index)
          .withMemoryRebound(to: sockaddr.self, capacity: 1) {
            length > 0 ? SocketAddress($0, length: length) : nil
          }
        let start = index * size
        arrived.append((Array(buffer[start..<start + Int(messages[index].length)]), sender))
      }
      return status
    }
  }

  /// Gives out received datagrams, as long as the program has a callback for them.
  private func deliver() {
    while fd >= 0, let received, let next = arrived.popFirst() { received(next.bytes, next.sender) }
  }

  private func receivingFailed(_ code: CInt) {
    guard ![EAGAIN, EWOULDBLOCK, EINTR].contains(code) else { return }
    let error = SocketError("cannot receive datagrams", code: code)
    // Errors that the network reports about datagrams that were sent are no fault of the socket.
    let passing = [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN, ENOBUFS, ENOMEM]
    let isFatal = !passing.contains(code)
    let report = failed
    if isFatal { close() }
    report?(error, isFatal)
  }

  /// Calls a body with headers of so many messages, each with one part and room for an address.
  private func withMessages<Result>(
    _ count: Int,
    _ body: (
      UnsafeMutablePointer<aeuv_datagram>, UnsafeMutablePointer<iovec>,
      UnsafeMutablePointer<sockaddr_storage>
    ) -> Result
  ) -> Result {
    withUnsafeTemporaryAllocation(of: aeuv_datagram.self, capacity: count) { messages in
      withUnsafeTemporaryAllocation(of: iovec.self, capacity: count) { parts in
        withUnsafeTemporaryAllocation(of: sockaddr_storage.self, capacity: count) { addresses in
          parts.initialize(repeating: iovec())
          addresses.initialize(repeating: sockaddr_storage())
          messages.initialize(repeating: aeuv_datagram())
          let addressSize = socklen_t(MemoryLayout<sockaddr_storage>.size)
          for index in 0..<count {
            messages[index].header.msg_iov = parts.baseAddress.map { $0 + index }
            messages[index].header.msg_iovlen = 1
            messages[index].header.msg_name = addresses.baseAddress.map {
              UnsafeMutableRawPointer($0 + index)
            }
            messages[index].header.msg_namelen = addressSize
          }
          guard let messages = messages.baseAddress, let parts = parts.baseAddress,
            let addresses = addresses.baseAddress
          else { giveUp("no memory is left") }
          return body(messages, parts, addresses)
        }
      }
    }
  }

  deinit { close() }
}
