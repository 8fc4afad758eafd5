import AnyEvent
import CLibUV
import Foundation

// What the child of a fork inherits and must leave to its parent.

/// The child runs its loop while a job waits for the parent's main queue.
func leaveJobs() {
  let go = Pipe()
  let pid = fork {
    Loop.default.forked()
    var byte: UInt8 = 0
    read(go.fileHandleForReading.fileDescriptor, &byte, 1)
    for _ in 0..<10 { Loop.default.runOnce(waiting: false) }
  }
  var isDone = false
  DispatchQueue.main.async { isDone = true }
  write(go.fileHandleForWriting.fileDescriptor, "x", 1)
  report(pid)
  run(until: { isDone })
}

/// Both ask for a name that the parent asked for before; each must get the answers to its own questions.
func askForNames() {
  let server = Questions()
  let resolver = Loop.default.resolver
  resolver.servers = [server.place]
  // Nobody asks a second time.
  resolver.tryTime = 600
  resolver.timeLimit = 600
  var found: [SocketAddress]?
  let resolution = Loop.default.resolve("name.example.", 7) { found = try? $0.get() }
  func expectAnswer() {
    run(until: { found != nil })
    if found.map({ $0.map(\.description) }) != ["127.0.0.9:7"] { fail("the answer is another") }
  }
  // For IPv4 and for IPv6.
  let own = (0..<2).map { _ in server.next() }
  let pid = fork {
    Loop.default.forked()
    expectAnswer()
  }
  for _ in 0..<2 { server.answer(server.next()) }
  report(pid)
  if found != nil { fail("the child's answers came to the parent") }
  for question in own { server.answer(question) }
  expectAnswer()
  withExtendedLifetime(resolution) {}
}

/// Children drop a server in the file system.
func dropListener() {
  let path = "/tmp/anyevent-process-\(getpid())"
  var accepted = 0
  do {
    var listener: Listener? = try Loop.default.listen(on: "unix/", path) {
      accepted += 1
      close($0.fd)
    }
    report(fork { listener = nil })
    report(
      fork {
        Loop.default.forked()
        listener = nil
      })
    report(fork { Loop.default.close() })
    let connection = Loop.default.connect(to: "unix/", path) { _ in }
    run(until: { accepted == 1 })
    withExtendedLifetime(connection) {}
    listener?.close()
    if access(path, F_OK) == 0 { fail("the socket is still there") }
  } catch { fail("\(error)") }
}

/// Children drop what has made open files non-blocking.
func dropModes() {
  // What cannot be opened anew. One that is full keeps a handle from being done.
  let terminals = (0..<2).map { _ in Terminal() }
  let handle = Handle(fh: dup(terminals[0].master))
  var lingering: Handle? = Handle(fh: dup(terminals[1].master))
  lingering?.push_write([UInt8](repeating: 120, count: 1 << 20))
  lingering = nil
  // A pipe that is watched when no descriptor is free.
  let pipe = Pipe()
  let reading = pipe.fileHandleForReading.fileDescriptor
  var watcher: IOWatcher?
  withoutDescriptors { watcher = AE.io(reading, .read) {} }
  let files = terminals.map(\.master) + [reading]
  func expectModes() {
    for file in files where fcntl(file, F_GETFL) & O_NONBLOCK == 0 {
      fail("the mode of descriptor \(file) was changed")
    }
  }
  expectModes()
  if watcher?.isActive != true { fail("the pipe cannot be watched") }
  let deeds: [() -> Void] = [
    {
      handle.destroy()
      watcher = nil
    }, { Loop.default.close() },
    {
      Loop.default.forked()
      handle.destroy()
      watcher = nil
      Loop.default.close()
    },
  ]
  for deed in deeds {
    report(fork(deed))
    expectModes()
  }
  handle.destroy()
  watcher = nil
  // The rest is sent now, and everything is as it was.
  let slave = terminals[1].slave
  let taker = AE.io(slave, .read) {
    var bytes = [UInt8](repeating: 0, count: 4096)
    read(slave, &bytes, bytes.count)
  }
  run(until: { files.allSatisfy { fcntl($0, F_GETFL) & O_NONBLOCK == 0 } })
  withExtendedLifetime(taker) {}
}

/// Both sides of a terminal that hands on what is written as it is.
private struct Terminal {
  var master: CInt = -1
  var slave: CInt = -1

  init() {
    var mode = termios()
    cfmakeraw(&mode)
    guard openpty(&master, &slave, nil, &mode, nil) == 0 else { fail("no terminal") }
  }
}

/// Calls `body` while no descriptor can be opened.
func withoutDescriptors(_ body: () -> Void) {
  var limit = rlimit()
  getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  let before = limit
  let free = open("/dev/null", O_RDONLY)
  close(free)
  limit.rlim_cur = rlim_t(free)
  setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  body()
  setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), [before])
}

/// Questions to a name server that answers when it is told to.
private final class Questions {
  struct Question {
    let bytes: [UInt8]
    let asker: sockaddr_in
  }

  private let descriptor = socket(
    AF_INET, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)

  init() {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withSocketAddress(&address) { bind(descriptor, $0, $1) }
    if status != 0 { fail("no name server") }
  }

  /// `host:port`, as the resolver takes it.
  var place: String {
    var address = sockaddr_in()
    _ = withSocketAddress(&address) { address, length in
      var length = length
      return getsockname(descriptor, address, &length)
    }
    return "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
  }

  /// Waits for the next question.
  func next() -> Question {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, 20_000) == 1 else { fail("nobody asks") }
    var bytes = [UInt8](repeating: 0, count: 512)
    var asker = sockaddr_in()
    let count = withSocketAddress(&asker) { address, length in
      var length = length
      return recvfrom(descriptor, &bytes, bytes.count, 0, address, &length)
    }
    return Question(bytes: Array(bytes.prefix(max(0, count))), asker: asker)
  }

  /// Says that the name has an IPv4 address, and none of IPv6.
  func answer(_ question: Question) {
    // The name ends with a zero byte; its type and class follow.
    guard let end = question.bytes.dropFirst(12).firstIndex(of: 0),
      question.bytes.count >= end + 5
    else { fail("that is no question") }
    let isIPv4 = question.bytes[end + 2] == 1
    var bytes = Array(question.bytes[..<2])
    bytes += [0x81, 0x80, 0, 1, 0, isIPv4 ? 1 : 0, 0, 0, 0, 0] + question.bytes[12..<end + 5]
    if isIPv4 { bytes += [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 9] }
    var asker = question.asker
    _ = withSocketAddress(&asker) { sendto(descriptor, bytes, bytes.count, 0, $0, $1) }
  }

  private func withSocketAddress<Result>(
    _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
