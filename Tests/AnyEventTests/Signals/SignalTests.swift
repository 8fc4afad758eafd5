import AnyEvent
import Glibc
import TestSupport
import Testing

/// Signals belong to the whole process: each test runs in one of its own.
@Suite("Signals")
struct SignalTests {
  @Test("every watcher of a signal is called, on each loop")
  func several() async {
    await #expect(processExitsWith: .success) {
      withLoop { loop in
        var log: [Int] = []
        let watchers = [
          loop.signal("INT") { log.append(1) },
          loop.signal("SIGINT") { log.append(2) },
          loop.signal(SIGINT) {
            log.append(3)
            loop.stop()
          },
          loop.signal("TERM") { log.append(4) },
        ]
        kill(getpid(), SIGINT)
        loop.run()
        precondition(log == [1, 2, 3], "\(log)")
        for watcher in watchers { watcher.cancel() }
      }
    }
  }

  @Test("a signal without watchers has its default action again")
  func restored() async {
    await #expect(processExitsWith: .signal(SIGTERM)) {
      withLoop { loop in
        let watcher = loop.signal("TERM") { loop.stop() }
        kill(getpid(), SIGTERM)
        loop.run()
        watcher.cancel()
        kill(getpid(), SIGTERM)
        while true { pause() }
      }
    }
  }

  @Test("an unknown name stops with a sentence")
  func unknown() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Loop().signal("FOO") {}
    }
    let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(output.contains("there is no signal called \"FOO\""))
  }
}
