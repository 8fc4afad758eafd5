import AnyEvent
import Glibc
import Testing

@Suite("Servers that can have descriptors freed")
struct MakingRoomTests {
  @Test("without descriptors a server asks once for one, and waits if there is none even then")
  func makingRoom() async {
    await #expect(processExitsWith: .success) {
      func setLimit(_ count: rlim_t) {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = count
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      }
      let loop = Loop(manualTime: 0)
      var accepted = 0
      let listener = try loop.listen(on: "127.0.0.1", 0, accept: { _ in accepted += 1 })
      var attempts: [Guard] = []
      /// Connects; `prepare` is called when there is a descriptor for this end of it.
      func connect(_ prepare: @escaping () -> Void) {
        attempts.append(
          loop.connect(
            to: "127.0.0.1", listener.address.port,
            prepare: { _ in
              prepare()
              return 0
            }, { _ in }))
      }
      /// There is no timer to end a wait on manual time: looks again and again for a while.
      func settle(until condition: () -> Bool) {
        let start = time(nil)
        while !condition(), time(nil) < start + 20 { loop.runOnce(waiting: false) }
        precondition(condition(), "waited in vain")
      }

      var asked = 0
      var taken: [CInt] = []
      listener.makeRoom = {
        asked += 1
        taken.popLast().map { _ = close($0) }
        return true
      }
      setLimit(100)
      // More than once if another thread closes a descriptor at the wrong moment.
      while asked == 0, attempts.count < 10 {
        taken.popLast().map { _ = close($0) }
        connect { while case let descriptor = dup(0), descriptor >= 0 { taken.append(descriptor) } }
        settle(until: { accepted == attempts.count })
      }
      precondition(asked == 1)

      // Now somebody else takes what is freed; later there is nothing to be freed.
      let before = accepted
      var isFreed = true
      listener.makeRoom = {
        asked += 1
        return isFreed
      }
      taken.popLast().map { _ = close($0) }
      // Whatever other threads close meanwhile, no descriptor is below this limit.
      connect { setLimit(3) }
      settle(until: { asked == 2 })
      for round in 3...6 {
        // A little longer than the pause; all that can be done by then is done.
        loop.advance(by: 0.26)
        precondition(asked == round && accepted == before)
        isFreed = round < 4
      }
      withExtendedLifetime(attempts) {}
      loop.close()
      // A sanitizer needs some at the end of the process.
      setLimit(100)
      for descriptor in taken { close(descriptor) }
    }
  }
}
