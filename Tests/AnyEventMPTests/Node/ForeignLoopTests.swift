import AnyEvent
import CLibUV
import Testing

@testable import AnyEventMP

@Suite("Nodes on a loop that somebody else runs") struct ForeignLoopTests {
  /// How many handles a loop has, active or not.
  private func handleCount(_ uv: UnsafeMutablePointer<uv_loop_t>) -> Int {
    var count = 0
    withUnsafeMutablePointer(to: &count) {
      uv_walk(uv, { _, count in count?.assumingMemoryBound(to: Int.self).pointee += 1 }, $0)
    }
    return count
  }

  @Test("the host's loop runs alone, then with two nodes that talk, then alone as before")
  func leftAsFound() throws {
    let uv = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
    defer { uv.deallocate() }
    #expect(uv_loop_init(uv) == 0)
    // The host's own handle, which must be all that is there before and after.
    let timer = UnsafeMutablePointer<uv_timer_t>.allocate(capacity: 1)
    uv_timer_init(uv, timer)
    uv_timer_start(timer, { _ in }, 10, 10)
    uv_run(uv, UV_RUN_ONCE)
    #expect(handleCount(uv) == 1)

    let loop = Loop(attachingTo: uv)
    var timedOut = false
    let safety = loop.timer(after: 30) { timedOut = true }
    let first = try Node.listening(on: loop, "first")
    let second = try Node.listening(on: loop, "second", seeds: [first.address])
    var got: [Int] = []
    let receiver = first.run {
      rcv(port(), "n") { (n: Int, reply: PortID) in snd(reply, "n", n + 1) }
    }
    let sender = second.run { rcv(port(), "n") { (n: Int) in got.append(n) } }
    second.run { snd(receiver.id, "n", 1, sender) }
    while got.isEmpty, !timedOut { uv_run(uv, UV_RUN_ONCE) }
    #expect(got == [2])
    #expect(handleCount(uv) > 1)

    first.close()
    second.close()
    safety.cancel()
    var isClosed = false
    loop.close { isClosed = true }
    #expect(!isClosed)
    uv_run(uv, UV_RUN_ONCE)
    #expect(isClosed)
    #expect(handleCount(uv) == 1)
    #expect(
      uv_is_active(UnsafeMutableRawPointer(timer).assumingMemoryBound(to: uv_handle_t.self)) != 0)

    uv_close(UnsafeMutableRawPointer(timer).assumingMemoryBound(to: uv_handle_t.self)) {
      $0?.deallocate()
    }
    uv_run(uv, UV_RUN_DEFAULT)
    #expect(uv_loop_close(uv) == 0)
  }
}
