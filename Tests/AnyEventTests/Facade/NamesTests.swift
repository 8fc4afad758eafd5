import AnyEvent
import Dispatch
import Foundation
import Glibc
import TestSupport
import Testing

/// This file imports what programs import: that it compiles shows that no name hides another's.
@Suite("Names beside Foundation, Dispatch and Glibc")
struct NamesTests {
  @Test("names of the system still mean the system's")
  func systemNames() {
    #expect(time(nil) > 0)
    _ = signal(SIGURG, SIG_DFL)
    let timer: Timer.Type = Timer.self
    let stream: Stream.Type = Stream.self
    let host: Host.Type = Host.self
    let process: Process.Type = Process.self
    let port: Port.Type = Port.self
    let queue = DispatchQueue.main
    #expect(UUID() != UUID())
    withExtendedLifetime((timer, stream, host, process, port, queue)) {}
  }

  @Test("AE.autoflush writes what was printed before it, and each line from then on")
  func autoflush() async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      print("before")
      AE.autoflush()
      print("after")
      // Without the end of a process, which would write the rest.
      _exit(0)
    }
    let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
    #expect(output.contains("before\nafter\n"))
  }

  @Test("both spellings make the same watchers")
  func spellings() throws {
    try withLoop { loop in
      try loop.perform {
        let done = AnyEvent.condvar()
        let w1: TimerWatcher = AE.timer(0, 0) { done.end() }
        let w2: TimerWatcher = AnyEvent.timer(after: 0, interval: 1) { done.end() }
        let w3: TimerWatcher = timer(after: 0) { done.end() }
        for _ in 0..<5 { done.begin() }
        AE.postpone { done.end() }
        AnyEvent.postpone { done.end() }
        try done.recv()
        withExtendedLifetime([w1, w2, w3]) {}

        let value = AE.cv(Int.self)
        AE.postpone { value.send(3) }
        #expect(try value.recv() == 3)
        let named = AnyEvent.condvar(String.self) { cv in #expect(cv.ready) }
        named.send("x")
        AE.cv { _ in }.send()

        withSocketPair { left, right in
          var reader: IOWatcher? = AE.io(right, .read) {}
          reader = AnyEvent.io(fh: right, poll: "r") {}
          #expect(reader?.mode == .read)
          reader = nil
        }
        let proto: (name: String, aliases: String, proto: Int)? = getprotobyname("tcp")
        #expect(proto?.proto == 6)
        AE.idle {}.cancel()
        AnyEvent.idle {}.cancel()
        AE.signal("WINCH") {}.cancel()
        AnyEvent.signal(signal: "WINCH") {}.cancel()
        AE.now_update()
        AnyEvent.now_update()
        #expect(abs(AE.now - AnyEvent.now()) < 1)
        #expect(abs(AE.time - AnyEvent.time()) < 1)
      }
    }
  }

  @Test("a watcher can be given a condition variable's send")
  func methodAsCallback() throws {
    try withLoop { loop in
      try loop.perform {
        let done = AE.cv()
        let w = AE.timer(0, 0, done.send)
        try done.recv()
        #expect(!w.isActive)
      }
    }
  }
}
