import AnyEvent
import Glibc
import TestSupport
import Testing

@Suite("Closing a loop of one's own")
struct ClosingTests {
  @Test("close outside of callbacks is complete when it returns, and may be repeated")
  func outside() {
    let loop = Loop()
    var log: [Int] = []
    loop.close { log.append(1) }
    #expect(log == [1])
    loop.close { log.append(2) }
    #expect(log == [1, 2])
    #expect(!loop.isOpen)
  }

  @Test("close cancels every watcher and lets go of what their callbacks hold")
  func cancels() {
    final class Held {}
    weak var held: Held?
    withSocketPair { left, right in
      let loop = Loop()
      var watchers: [any AnyWatcher] = []
      do {
        let object = Held()
        held = object
        watchers = [
          loop.timer(after: 1) { _ = object }, loop.timer(after: 1, interval: 1) { _ = object },
          loop.io(left, .read) { _ = object }, loop.io(right, .write) { _ = object },
          loop.idle { _ = object }, loop.signal("WINCH") { _ = object },
        ]
        loop.postpone { _ = object }
      }
      #expect(watchers.allSatisfy { $0.isActive })
      #expect(held != nil)
      loop.close()
      #expect(watchers.allSatisfy { !$0.isActive })
      #expect(held == nil)
    }
  }

  @Test("close gives every descriptor back")
  func descriptors() async {
    await #expect(processExitsWith: .success) {
      func nextDescriptor() -> CInt {
        let fd = dup(2)
        close(fd)
        return fd
      }
      // The first loop makes what libuv keeps for the whole process.
      func useALoop() {
        withLoop { loop in
          let timer = loop.timer(after: 0) {}
          let signal = loop.signal("WINCH") {}
          guard let listener = try? loop.listen(on: "127.0.0.1", 0, accept: { close($0.fd) }) else {
            preconditionFailure("no server")
          }
          var isConnected = false
          let connection = loop.connect(to: "localhost", listener.address.port) { result in
            if case .success(let socket) = result { close(socket.fd) }
            isConnected = true
          }
          loop.run(until: { isConnected })
          withExtendedLifetime((timer, signal, connection, listener)) {}
        }
      }
      useALoop()
      let before = nextDescriptor()
      for _ in 0..<40 { useALoop() }
      // Less than one for each: other threads of the process have descriptors of their own for moments.
      precondition(nextDescriptor() < before + 20)
    }
  }

  @Test("a connection attempt under way closes its socket")
  func connecting() throws {
    let loop = Loop()
    let listener = try loop.listen(on: "127.0.0.1", 0) { close($0.fd) }
    var prepared: CInt = -1
    let attempt = loop.connect(
      to: "127.0.0.1", listener.address.port,
      prepare: { fd in
        prepared = fd
        loop.close()
        return 0
      }
    ) { _ in Issue.record("reported after close") }
    loop.run()
    #expect(prepared >= 0)
    #expect(!loop.isOpen)
    withExtendedLifetime(attempt) {}
  }

  @Test("a loop with manual time can be closed by one of its timers")
  func manual() {
    let loop = Loop(manualTime: 0)
    var isClosed = false
    let timer = loop.timer(after: 1) { loop.close { isClosed = true } }
    let later = loop.timer(after: 1) { Issue.record("called after close") }
    loop.advance(by: 5)
    #expect(isClosed)
    #expect(!timer.isActive)
    #expect(!later.isActive)
  }

  @Test("a stopped loop can be run again")
  func stop() {
    withLoop { loop in
      var count = 0
      for round in 1...3 {
        let timer = loop.timer(after: 0) {
          count += 1
          loop.stop()
        }
        loop.run()
        #expect(count == round)
        #expect(!timer.isActive)
      }
      loop.stop()
    }
  }
}
