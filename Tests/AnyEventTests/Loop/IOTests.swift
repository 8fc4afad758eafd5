import AnyEvent
import Glibc
import TestSupport
import Testing

@Suite("Descriptors")
struct IOTests {
  @Test("readers and writers of one descriptor share it")
  func sharing() {
    withLoop { loop in
      withSocketPair { left, right in
        var log: [String] = []
        let first = loop.io(right, .read) { log.append("first") }
        let second = loop.io(right, .read) { log.append("second") }
        let writer = loop.io(right, .write) { log.append("writer") }
        loop.runOnce()
        #expect(log == ["writer"])
        sendByte(left)
        loop.runOnce()
        #expect(log == ["writer", "first", "second", "writer"])
        first.cancel()
        writer.cancel()
        loop.runOnce()
        #expect(log.suffix(1) == ["second"])
        second.cancel()
      }
    }
  }

  @Test("events of a descriptor that was closed and used again are dropped")
  func staleEvents() {
    withLoop { loop in
      var first: [CInt] = [-1, -1]
      var second: [CInt] = [-1, -1]
      let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
      socketpair(AF_UNIX, type, 0, &first)
      socketpair(AF_UNIX, type, 0, &second)
      // Both become readable in the same poll; whoever comes first replaces the other's descriptor.
      sendByte(first[0])
      sendByte(second[0])
      var open = Set(first + second)
      var fresh: [CInt] = []
      var watchers: [CInt: IOWatcher] = [:]
      var calls = 0
      func replace(_ own: CInt, _ other: CInt) {
        calls += 1
        receiveByte(own)
        guard fresh.isEmpty else { return }
        watchers[other] = nil
        close(other)
        // Its number may be that of another test's descriptor by now.
        open.remove(other)
        var pair: [CInt] = [-1, -1]
        socketpair(AF_UNIX, type, 0, &pair)
        // The number is the lowest free one: the new descriptor has the old one's.
        if pair[1] == other { pair.swapAt(0, 1) }
        fresh = pair
        open.formUnion(pair)
        watchers[other] = loop.io(pair[0], .read) {
          Issue.record("an event of the old descriptor")
        }
      }
      watchers[first[1]] = loop.io(first[1], .read) { replace(first[1], second[1]) }
      watchers[second[1]] = loop.io(second[1], .read) { replace(second[1], first[1]) }
      for _ in 0..<3 { loop.runOnce(waiting: false) }
      #expect(calls == 1)
      watchers = [:]
      for fd in open { close(fd) }
    }
  }

  @Test("a regular file is always ready, both ways")
  func regularFile() throws {
    let name = "/tmp/anyevent-file-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    let fd = open(name, O_RDWR | O_CREAT, 0o600)
    try #require(fd >= 0)
    defer {
      close(fd)
      unlink(name)
    }
    withLoop { loop in
      var reads = 0
      var writes = 0
      let watchers = [
        loop.io(fd, .read) { reads += 1 },
        loop.io(fd, .write) {
          writes += 1
          if writes == 3 { loop.stop() }
        },
      ]
      loop.run()
      #expect(reads == 3)
      #expect(writes == 3)
      for watcher in watchers { watcher.cancel() }
    }
  }

  @Test("a blocking descriptor stays so while it is watched, and is watched all the same")
  func blockingMode() {
    withLoop { loop in
      var pipes: [CInt] = [-1, -1]
      pipe(&pipes)
      defer { for fd in pipes { close(fd) } }
      func isBlocking() -> Bool { pipes.allSatisfy { fcntl($0, F_GETFL) & O_NONBLOCK == 0 } }
      var log: [String] = []
      let first = loop.io(pipes[0], .read) {
        log.append("first")
        var byte: UInt8 = 0
        _ = read(pipes[0], &byte, 1)
      }
      let second = loop.io(pipes[0], .read) { log.append("second") }
      let writer = loop.io(pipes[1], .write) { log.append("writer") }
      #expect(isBlocking())
      loop.runOnce()
      #expect(log == ["writer"])
      writer.cancel()
      for expected in [["writer", "first", "second"], ["writer", "first", "second", "second"]] {
        _ = write(pipes[1], "x", 1)
        loop.runOnce()
        #expect(log.filter { $0 != "first" } == expected.filter { $0 != "first" })
        #expect(isBlocking())
      }
      first.cancel()
      // Nothing more comes of one that has been read empty.
      loop.runOnce(waiting: false)
      #expect(log.filter { $0 == "second" }.count == 2)
      second.cancel()
      #expect(isBlocking())
    }
  }

  @Test("a blocking descriptor that was closed while it is watched is forgotten by the system")
  func closedWhileWatched() {
    withLoop { loop in
      var pipes: [CInt] = [-1, -1]
      pipe(&pipes)
      // The open file lives on, as it does when a program that was started has it.
      let other = dup(pipes[0])
      var calls = 0
      let watcher = loop.io(pipes[0], .read) { calls += 1 }
      close(pipes[0])
      watcher.cancel()
      _ = write(pipes[1], "x", 1)
      for _ in 0..<3 { loop.runOnce(waiting: false) }
      #expect(calls == 0)
      for fd in [pipes[1], other] { close(fd) }
    }
  }

  @Test("a non-blocking descriptor stays so")
  func nonBlockingMode() {
    withLoop { loop in
      withSocketPair { left, _ in
        loop.io(left, .read) {}.cancel()
        #expect(fcntl(left, F_GETFL) & O_NONBLOCK != 0)
      }
    }
  }

  @Test("a descriptor in error calls its watchers, so that they learn it by writing")
  func errors() {
    withLoop { loop in
      var pipes: [CInt] = [-1, -1]
      pipe(&pipes)
      close(pipes[0])
      var codes: [CInt] = []
      let watcher = loop.io(pipes[1], .write) {
        if write(pipes[1], "x", 1) < 0 { codes.append(errno) }
        if codes.count == 2 { loop.stop() }
      }
      loop.run()
      #expect(codes == [EPIPE, EPIPE])
      watcher.cancel()
      close(pipes[1])
    }
  }

  @Test("the end of a stream makes it readable")
  func endOfStream() {
    withLoop { loop in
      withSocketPair { left, right in
        shutdown(left, CInt(SHUT_WR))
        var received = -1
        let watcher = loop.io(right, .read) {
          received = receiveByte(right)
          loop.stop()
        }
        loop.run()
        #expect(received == 0)
        watcher.cancel()
      }
    }
  }

  @Test("watching a descriptor that is not open stops with a sentence")
  func notOpen() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let loop = Loop()
      let watcher = loop.io(999, .read) {}
      watcher.cancel()
    }
    let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(output.contains("descriptor 999 is not open"))
  }

  @Test("modes can be written as in Perl")
  func modes() {
    #expect(("r" as IOMode) == .read)
    #expect(("w" as IOMode) == .write)
  }
}
