import AnyEvent
import Glibc
import Testing

@Suite("A stream whose socket is handed over")
struct StreamReleaseTests {
  /// Seals so many bytes, and then no more.
  private final class Sealer: StreamTransform {
    let sealed = ByteBuffer()
    private var room: Int
    init(room: Int) { self.room = room }

    func seal(_ plain: ByteBuffer) -> String? {
      guard room > 0 else { return "the keys are used up" }
      let count = min(room, plain.count)
      room -= count
      sealed.append(contentsOf: plain.bytes[..<count].map { $0 ^ 0xFF })
      plain.removeFirst(count)
      return nil
    }

    func overhead(for count: Int) -> Int { 0 }
    func sealEnd() {}
    func open(
      _ bytes: UnsafeMutableRawBufferPointer, _ deliver: (UnsafeMutableRawBufferPointer) -> Bool
    ) -> StreamOpening { .more }
    func endOfStream() -> String? { nil }
  }

  /// A socket that has no room until it is released.
  private final class FullMedium: StreamMedium {
    let descriptor: CInt
    private(set) var isOpen = true
    init(_ descriptor: CInt) { self.descriptor = descriptor }

    func start(for stream: StreamConnection) {}
    func write(_ output: ByteBuffer, of stream: StreamConnection) -> StreamWriteResult { .blocked }
    var traffic: StreamTraffic? { nil }
    func finishWriting() {}
    func release() -> CInt? { descriptor }
    func close() { isOpen = false }
  }

  @Test("all that waits is sealed", arguments: [false, true])
  func sealed(_ isBlocked: Bool) throws {
    try withLoop { loop in
      let stream = StreamConnection(loop: loop, medium: FullMedium(7))
      let sealer = Sealer(room: 100)
      stream.transform(with: sealer)
      if isBlocked {
        stream.output.append("first ")
        stream.outputGrew()
        loop.runOnce(waiting: false)
        #expect(stream.isBlocked)
      }
      stream.output.append("second")
      let released = try #require(stream.release())
      #expect(released.unsent == [])
      let text = sealer.sealed.bytes.map { $0 ^ 0xFF }
      #expect(String(decoding: text, as: UTF8.self) == (isBlocked ? "first second" : "second"))
    }
  }

  @Test(
    "what cannot be sealed is not handed over in clear: the connection has failed",
    arguments: [false, true], [0, 3])
  func unsealable(_ isBlocked: Bool, _ room: Int) {
    withLoop { loop in
      let medium = FullMedium(7)
      let stream = StreamConnection(loop: loop, medium: medium)
      stream.transform(with: Sealer(room: (isBlocked ? 6 : 0) + room))
      var ends: [StreamConnection.End] = []
      stream.onEnd = { ends.append($0) }
      if isBlocked {
        stream.output.append("first ")
        stream.outputGrew()
        loop.runOnce(waiting: false)
      }
      stream.output.append("secret")
      #expect(stream.release() == nil)
      #expect(stream.failure == "the keys are used up")
      #expect(stream.output.isEmpty)
      #expect(stream.release() == nil)
      loop.run(until: { !ends.isEmpty })
      #expect(ends == [.failed("the keys are used up")])
      #expect(!medium.isOpen)
    }
  }
}
