import AEValue
import Glibc
import TestSupport
import Testing

@testable import AnyEvent

@Suite("Streams, whatever carries them")
struct StreamConnectionTests {
  /// Seals so many bytes, and then no more; waits until it may begin.
  private final class Sealer: StreamTransform {
    let sealed = ByteBuffer()
    var isWritable = true
    private var room: Int
    private let overhead: Int
    init(room: Int = .max, overhead: Int = 0) {
      self.room = room
      self.overhead = overhead
    }

    func seal(_ plain: ByteBuffer) -> String? {
      guard room > 0 else { return "the keys are used up" }
      let count = min(room, plain.count)
      room -= count
      sealed.append(contentsOf: plain.bytes[..<count].map { $0 ^ 0xFF })
      plain.removeFirst(count)
      return nil
    }

    func overhead(for count: Int) -> Int { overhead }
    func sealEnd() { sealed.append(contentsOf: Array("!".utf8).map { $0 ^ 0xFF }) }
    func open(
      _ bytes: UnsafeMutableRawBufferPointer, _ deliver: (UnsafeMutableRawBufferPointer) -> Bool
    ) -> StreamOpening { .more }
    func endOfStream() -> String? { nil }
  }

  /// Takes what it is given while there is room.
  private final class Medium: StreamMedium {
    var room = Int.max
    private(set) var isOpen = true
    private(set) var hasEnded = false
    private(set) var writes: [[UInt8]] = []

    /// What was written, as text; each byte inverted if it was sealed.
    func text(inverted: Bool = false) -> String {
      String(decoding: writes.joined().map { inverted ? $0 ^ 0xFF : $0 }, as: UTF8.self)
    }

    func start(for stream: StreamConnection) {}
    func write(_ output: ByteBuffer, of stream: StreamConnection) -> StreamWriteResult {
      let count = min(room, output.count)
      if count > 0 { writes.append(Array(output.bytes[..<count])) }
      output.removeFirst(count)
      room -= count
      return output.isEmpty ? .done : .blocked
    }
    var traffic: StreamTraffic? { nil }
    func finishWriting() { hasEnded = true }
    func close() { isOpen = false }
  }

  private func withStream(_ body: (StreamConnection, Medium, Loop) throws -> Void) rethrows {
    try withLoop { loop in
      let medium = Medium()
      try body(StreamConnection(loop: loop, medium: medium), medium, loop)
    }
  }

  private func push(_ text: String, _ stream: StreamConnection) {
    stream.output.append(text)
    stream.outputGrew()
  }

  @Test("what is appended leaves at once, or together at the end of the iteration")
  func timing() {
    for timing in [StreamConnection.Timing.gathered, .atEndOfIteration, .atOnce] {
      withStream { stream, medium, loop in
        stream.timing = timing
        push("a", stream)
        push("b", stream)
        #expect(medium.writes.count == (timing == .atOnce ? 2 : 0))
        loop.runOnce(waiting: false)
        #expect(medium.writes.count == (timing == .atOnce ? 2 : 1))
        push(String(repeating: "c", count: 64 << 10), stream)
        let isSent = timing != .atEndOfIteration
        #expect(medium.text().contains("c") == isSent)
        loop.runOnce(waiting: false)
        #expect(medium.text().utf8.count == 2 + 64 << 10)
      }
    }
  }

  @Test("who is told of the drain is told once for all, and may append without recursion")
  func drain() {
    withStream { stream, medium, loop in
      stream.timing = .atOnce
      var left = 100_000
      stream.onDrain = {
        guard left > 0 else { return }
        left -= 1
        push("y", stream)
      }
      push("x", stream)
      #expect(left == 0 && medium.text().utf8.count == 100_001)
      var count = 0
      stream.timing = .gathered
      stream.onDrain = { count += 1 }
      push("x", stream)
      push("x", stream)
      loop.runOnce(waiting: false)
      #expect(count == 1)
    }
  }

  @Test("what is to be encrypted waits until it can be, behind what is not")
  func waiting() {
    withStream { stream, medium, loop in
      stream.timing = .atOnce
      medium.room = 0
      push("clear ", stream)
      let first = StreamGate()
      stream.transform(with: first)
      medium.room = .max
      push("secret", stream)
      stream.hasRoom()
      #expect(medium.text() == "clear " && stream.queuedCount == 6)
      let second = Sealer()
      second.isWritable = false
      stream.transform(with: second)
      stream.outputGrew()
      #expect(medium.text() == "clear ")
      second.isWritable = true
      stream.outputGrew()
      #expect(medium.text(inverted: true).hasSuffix("secret"))
    }
  }

  @Test("what waits is as old as it is, also behind a queue that took less room than was counted")
  func age() {
    withLoop(manualTime: 1000) { loop in
      let medium = Medium()
      let stream = StreamConnection(loop: loop, medium: medium)
      stream.transform(with: Sealer(overhead: 40))
      medium.room = 0
      push("first", stream)
      // Blocked, and not sealed yet: of this the room is counted that it may take.
      loop.runOnce(waiting: false)
      push("second", stream)
      stream.noteQueue()
      loop.advance(by: 5)
      #expect(stream.oldestAge == 5)
      medium.room = .max
      stream.hasRoom()
      #expect(stream.queuedCount == 0 && stream.oldestAge == 0)
      medium.room = 0
      push("third", stream)
      loop.runOnce(waiting: false)
      loop.advance(by: 7)
      #expect(stream.oldestAge == 7)
    }
  }

  @Test(
    "what waits when its owner goes is sealed and sent, with the end", arguments: [false, true])
  func lingering(_ isBlocked: Bool) {
    withStream { stream, medium, loop in
      stream.transform(with: Sealer())
      // It counts for the owner only.
      stream.lowWaterMark = 1000
      if isBlocked {
        medium.room = 2
        push("first ", stream)
        loop.runOnce(waiting: false)
        #expect(stream.isBlocked)
      }
      stream.output.append("second")
      stream.linger(for: 100)
      #expect(medium.isOpen == isBlocked)
      medium.room = .max
      if isBlocked {
        medium.room = 3
        stream.hasRoom()
        #expect(medium.isOpen)
        medium.room = .max
        stream.hasRoom()
      }
      #expect(!medium.isOpen)
      #expect(medium.text(inverted: true) == (isBlocked ? "first second!" : "second!"))
    }
  }

  @Test("a stream lingers no longer than it may")
  func limit() {
    let loop = Loop(manualTime: 0)
    let medium = Medium()
    medium.room = 1
    let stream = StreamConnection(loop: loop, medium: medium)
    stream.output.append("ab")
    stream.linger(for: 10)
    loop.advance(by: 9)
    #expect(medium.isOpen)
    loop.advance(by: 1)
    #expect(!medium.isOpen && medium.text() == "a")
    loop.close()
  }

  @Test(
    "what cannot be sealed does not leave in clear as the stream ends",
    arguments: [false, true], [0, 3])
  func unsealable(_ isBlocked: Bool, _ room: Int) {
    withStream { stream, medium, loop in
      stream.transform(with: Sealer(room: (isBlocked ? 6 : 0) + room))
      if isBlocked {
        medium.room = 2
        push("first ", stream)
        loop.runOnce(waiting: false)
      }
      stream.output.append("secret")
      stream.linger(for: 100)
      medium.room = .max
      if isBlocked, medium.isOpen { stream.hasRoom() }
      #expect(stream.output.isEmpty && !medium.isOpen)
      #expect(!medium.text().contains("s"))
    }
  }

  @Test("a stream whose keys are used up fails, from the loop")
  func usedUp() {
    withStream { stream, medium, loop in
      stream.transform(with: Sealer(room: 3))
      var ends: [StreamConnection.End] = []
      stream.onEnd = { ends.append($0) }
      push("secret", stream)
      loop.run(until: { !ends.isEmpty })
      #expect(ends == [.failed(SocketError(code: EPROTO, "the keys are used up"))])
      #expect(stream.failure?.description == "the keys are used up" && !medium.isOpen)
      #expect(!medium.text().contains("r"))
    }
  }

  @Test("a handle that adopts a stream sends what waits in it before its own")
  func adopted() throws {
    try withLoop { loop in
      let (near, far) = try socketPair()
      let stream = StreamConnection(loop: loop, descriptor: near)
      push("first ", stream)
      let handle = Handle(adopting: stream, clear: Array("came\n".utf8))
      handle.push_write("second")
      #expect(receive(far) == "first second")
      var lines: [String] = []
      handle.push_read(.line) { lines.append($1) }
      send(far, "later\n")
      handle.push_read(.line) { lines.append($1) }
      loop.run(until: { lines.count == 2 })
      #expect(lines == ["came", "later"])
      handle.destroy()
      close(far)
    }
  }
}
