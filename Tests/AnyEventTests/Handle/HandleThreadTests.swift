import AnyEvent
import Glibc
import TestSupport
import Testing

/// Something that must be released on its loop's thread.
private final class Held {
  private let loop: Loop
  private let released: (Bool) -> Void

  init(_ loop: Loop, _ released: @escaping (Bool) -> Void) {
    self.loop = loop
    self.released = released
  }

  deinit { released(loop.isOnLoop) }
}

@Suite("Handles and threads")
struct HandleThreadTests {
  @Test("a handle is used on its loop's thread, and stops elsewhere with a sentence")
  func elsewhere() async {
    let uses = await [
      #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        try useElsewhere { $0.push_write("x") }
      },
      #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        try useElsewhere { $0.push_read(.line) { _, _ in } }
      },
      #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        try useElsewhere { $0.on_read = nil }
      },
      #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        try useElsewhere { _ = $0.rbuf }
      },
      #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        try useElsewhere { $0.destroy() }
      },
    ]
    for (use, name) in zip(uses, ["push_write", "push_read", "on_read", "rbuf", "destroy"]) {
      let output = String(decoding: use?.standardErrorContent ?? [], as: UTF8.self)
      #expect(
        output.contains("\(name)") && output.contains("use loop.post { } from other threads"))
    }
  }

  @Test("the last reference may go elsewhere: callbacks are released on the loop, the rest is sent")
  func lastReference() throws {
    try withLoop { loop in
      loop.runOnce(waiting: false)
      let (near, far) = try socketPair()
      var isReleasedOnLoop: Bool?
      let large = [UInt8](repeating: 0x61, count: 1_000_000)
      do {
        let held = Held(loop) { isReleasedOnLoop = $0 }
        let handle = Handle(
          fh: near, on: loop,
          on_error: { _, _, _ in withExtendedLifetime(held) {} }, on_read: { _ in }, timeout: 100)
        handle.push_read(.line) { _, _ in withExtendedLifetime(held) {} }
        handle.push_write(large)
        releaseElsewhere(handle)
      }
      var count = 0
      let reader = loop.io(far, .read) { count += receive(far).utf8.count }
      loop.run(until: { count == large.count && isReleasedOnLoop != nil })
      #expect(isReleasedOnLoop == true)
      loop.run(until: { receiveByte(far) == 0 })
      reader.cancel()
      close(far)
    }
  }

  @Test("the last reference may go elsewhere after the loop was closed")
  func closedLoop() throws {
    let (near, far) = try socketPair()
    let loop = Loop()
    loop.runOnce(waiting: false)
    let thread = passElsewhere(
      {
        let handle = Handle(fh: near, on: loop, on_read: { $0.rbuf = "" })
        loop.runOnce(waiting: false)
        loop.close()
        return handle
      }())
    thread.join()
    #expect(receiveByte(far) == 0)
    close(far)
  }

  @Test("a handle that connects goes elsewhere")
  func connecting() throws {
    try withLoop { loop in
      loop.runOnce(waiting: false)
      let listener = try loop.listen(on: "127.0.0.1", 0) { close($0.fd) }
      var isReleasedOnLoop: Bool?
      do {
        let held = Held(loop) { isReleasedOnLoop = $0 }
        releaseElsewhere(
          Handle(
            connect: ("127.0.0.1", listener.address.port), on: loop,
            on_connect: { _, _, _, _ in withExtendedLifetime(held) {} }))
      }
      loop.run(until: { isReleasedOnLoop != nil })
      #expect(isReleasedOnLoop == true)
    }
  }

  @Test("last references go elsewhere while their handles have events")
  func races() throws {
    try withLoop { loop in
      loop.runOnce(waiting: false)
      var calls = 0
      for _ in 0..<200 {
        let (near, far) = try socketPair()
        // No variable here may have a reference, which would go at the end of its scope.
        let thread = passElsewhere(
          Handle(
            fh: near, on: loop,
            on_read: { handle in
              calls += 1
              handle.rbuf = ""
            }))
        for _ in 0..<2 {
          // The handle may be gone.
          Glibc.send(far, "x", 1, CInt(MSG_NOSIGNAL))
          loop.runOnce(waiting: false)
        }
        thread.join()
        // The descriptor is closed after the callbacks of an iteration, so nothing may wake the loop
        // for another look; the timer does.
        let look = loop.timer(after: 0.001, interval: 0.001) {}
        defer { look.cancel() }
        // The system tells of a byte that the handle has not read by a reset.
        loop.run(until: { receiveByte(far) == 0 || errno == ECONNRESET })
        close(far)
      }
      #expect(calls <= 400)
    }
  }

  @Test("handles are equal if they are the same")
  func identity() throws {
    try withHandles(
      { near, far, loop in (Handle(fh: near, on: loop), Handle(fh: far, on: loop)) },
      { near, far, _ in
        var names: [Handle: String] = [near: "near"]
        names[far] = "far"
        #expect(names[near] == "near" && names[far] == "far" && near != far)
        #expect(Set([near, far, near]).count == 2)
      })
  }

  /// Gives a reference away, which goes on another thread, at an end of its own.
  private func passElsewhere(_ handle: consuming Handle) -> RunningThread {
    let box = Unmanaged.passRetained(handle)
    return RunningThread { box.release() }
  }

  private func releaseElsewhere(_ handle: consuming Handle) { passElsewhere(handle).join() }
}

/// Uses a handle on another thread than its loop's, in a process of its own.
private func useElsewhere(_ use: @escaping (Handle) -> Void) throws {
  let loop = Loop()
  loop.runOnce(waiting: false)
  let (near, _) = try socketPair()
  let handle = Handle(fh: near, on: loop)
  onThread { use(handle) }
}
