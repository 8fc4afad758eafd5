import AEValue
import Glibc
import TestSupport
import Testing

@Suite("System calls that are repeated until all is done") struct SystemCallsTests {
  @Test("a call is repeated as long as signals interrupt it, and for no other error")
  func interrupted() {
    var calls = 0
    func call(failing error: CInt, _ times: Int) -> Int {
      calls += 1
      if calls > times { return 7 }
      errno = error
      return -1
    }
    #expect(SystemCalls.uninterrupted { call(failing: EINTR, 3) } == 7)
    #expect(calls == 4)
    calls = 0
    #expect(SystemCalls.uninterrupted { call(failing: EIO, 1) } == -1)
    #expect(errno == EIO && calls == 1)
  }

  /// A file with these bytes, which has no name any more, open for reading.
  private func file(_ bytes: [UInt8]) throws -> CInt {
    let directory = try TemporaryDirectory()
    let descriptor = open(directory.path + "/file", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    try #require(descriptor >= 0)
    #expect(bytes.withUnsafeBytes { SystemCalls.writeAll($0, to: descriptor) } == 0)
    #expect(lseek(descriptor, 0, SEEK_SET) == 0)
    return descriptor
  }

  @Test("all is read up to the limit, and beyond it so much that this can be seen")
  func limit() throws {
    let bytes = [UInt8](repeating: 1, count: 300_000)
    for limit in [300_000, 299_999, 100] {
      let descriptor = try file(bytes)
      defer { close(descriptor) }
      let (read, problem) = SystemCalls.readAll(descriptor, limit: limit)
      #expect(problem == 0)
      #expect(read.count > limit || read == bytes)
      #expect((read.count > limit) == (limit < bytes.count))
    }
  }

  @Test("who has no patience is told that there is nothing now")
  func patience() throws {
    var ends: [CInt] = [-1, -1]
    try #require(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    #expect(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
    #expect(SystemCalls.readAll(ends[0], limit: 10, patience: 0).problem == EAGAIN)
    #expect(!SystemCalls.waitToRead(ends[0], patience: 0))
    #expect(SystemCalls.writeAll("ab", to: ends[1]) == 0)
    #expect(SystemCalls.waitToRead(ends[0], patience: 0))
    let (read, problem) = SystemCalls.readAll(ends[0], limit: 1, patience: 0)
    #expect(read == Array("ab".utf8) && problem == 0)
  }

  @Test("a file that is locked elsewhere is told from one that is not")
  func lock() throws {
    let directory = try TemporaryDirectory()
    let first = open(directory.path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    let second = open(directory.path + "/lock", O_RDWR | O_CLOEXEC)
    try #require(first >= 0 && second >= 0)
    defer { close(second) }
    #expect(SystemCalls.lock(first, waits: true) == 0)
    #expect(SystemCalls.lock(second, waits: false) == EWOULDBLOCK)
    close(first)
    #expect(SystemCalls.lock(second, waits: true) == 0)
    #expect(SystemCalls.lock(-1, waits: true) == EBADF)
  }
}
