import AnyEvent
import Foundation
import TestSupport
import Testing

@Suite("Watching files and directories")
struct FileWatcherTests {
  @Test("a directory tells what comes, changes and goes in it")
  func directory() throws {
    let directory = try TemporaryDirectory()
    try withLoop { loop in
      try loop.perform {
        var events: Set<String> = []
        let watcher = try AE.watch(directory.path) { events.insert("\($0.kind) \($0.name ?? "")") }
        #expect(watcher.isActive && watcher.path == directory.path)
        try directory.write("x", to: "a")
        loop.run(until: { events.contains("renamed a") })
        loop.run(until: { events.contains("changed a") })
        events = []
        rename(directory.path + "/a", directory.path + "/b")
        loop.run(until: { events.contains("renamed b") })
        #expect(events.contains("renamed a"))
        events = []
        unlink(directory.path + "/b")
        loop.run(until: { events.contains("renamed b") })
        watcher.cancel()
        watcher.cancel()
        #expect(!watcher.isActive)
        events = []
        try directory.write("x", to: "c")
        loop.settle()
        #expect(events.isEmpty)
      }
    }
  }

  @Test("a file can be watched, by several watchers, of which each may cancel others and itself")
  func cancelling() throws {
    let directory = try TemporaryDirectory()
    try directory.write("x", to: "a")
    try withLoop { loop in
      var calls = 0
      let alone = try loop.watchFiles(at: directory.path + "/a") { w, _ in w.cancel() }
      var watchers: [FileWatcher] = []
      for _ in 0..<3 {
        watchers.append(
          try loop.watchFiles(at: directory.path + "/a") {
            #expect($0.name == "a")
            calls += 1
            watchers = []
          })
      }
      try directory.write("y", to: "a")
      loop.run(until: { calls > 0 })
      loop.settle()
      #expect(calls == 1)
      #expect(!alone.isActive)
    }
  }

  @Test("what does not exist is an error with its code and its path")
  func missing() {
    withLoop { loop in
      for path in ["/nonexistent/x", "/tmp\0/x"] {
        let error = #expect(throws: SystemError.self) { try loop.watchFiles(at: path) { _ in } }
        #expect(error?.code == ENOENT)
        #expect(error?.description.hasPrefix("cannot watch /") == true)
      }
      let open = loop.openHandles
      loop.settle()
      #expect(loop.openHandles < open)
    }
  }

  @Test("a loop that closes ends its watchers, and so does a host's")
  func closing() throws {
    let loop = Loop()
    let watcher = try loop.watchFiles(at: "/tmp") { _ in }
    loop.close()
    #expect(!watcher.isActive)
    #expect(loop.openHandles == 0)
    #expect(try !loop.watchFiles(at: "/tmp") { _ in }.isActive)
    let directory = try TemporaryDirectory()
    let host = HostLoop()
    let guest = Loop(attachingTo: host.uv)
    var calls = 0
    let second = try guest.watchFiles(at: directory.path) { _ in
      #expect(Loop.current === guest)
      calls += 1
    }
    try directory.write("x", to: "a")
    host.run(until: { calls > 0 })
    guest.close()
    host.close()
    #expect(!second.isActive)
  }
}
