import AEMPWire
import Glibc
import Testing

/// The generator whose bytes are fetched many at a time.
struct BufferedRandomTests {
  @Test("no bytes come twice, and each bit is set about half of the time")
  func numbers() {
    let random = BufferedRandom()
    let numbers = (0..<10_000).map { _ in random.next() }
    #expect(Set(numbers).count == numbers.count)
    for bit in 0..<64 {
      let count = numbers.count { $0 >> UInt64(bit) & 1 == 1 }
      // Eight standard deviations.
      #expect(abs(count - 5000) < 400)
    }
  }

  @Test(
    "all of a buffer is overwritten, whatever its length",
    arguments: [0, 1, 7, 66, 255, 256, 257, 5000])
  func lengths(count: Int) {
    let random = BufferedRandom()
    var seen = [Bool](repeating: false, count: count)
    for _ in 0..<20 {
      var bytes = [UInt8](repeating: 0, count: count + 1)
      bytes.withUnsafeMutableBytes {
        random.fill(UnsafeMutableRawBufferPointer(rebasing: $0[..<count]))
      }
      for index in 0..<count where bytes[index] != 0 { seen[index] = true }
      #expect(bytes[count] == 0, "nothing behind it is")
    }
    #expect(seen.allSatisfy { $0 })
  }

  @Test("the child of a fork gets other bytes than its parent")
  func forks() throws {
    // Swift hides the function, which here is followed by nothing that a child must not do.
    let fork = unsafeBitCast(
      try #require(dlsym(nil, "fork")), to: (@convention(c) () -> pid_t).self)
    var ends: [CInt] = [-1, -1]
    try #require(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let random = BufferedRandom()
    let own: [UInt64] = try withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 40) { words in
      words.initialize(repeating: 0)
      // Some bytes wait when the process forks. All that the child does was done before, so that it needs
      // no lock of Swift's, which another thread may hold.
      for index in words.indices { words[index] = random.next() }
      let pid = fork()
      for index in words.indices { words[index] = random.next() }
      guard pid != 0 else {
        write(ends[1], words.baseAddress, 320)
        _exit(0)
      }
      var status: CInt = 0
      try #require(waitpid(pid, &status, 0) == pid)
      return Array(words)
    }
    var others = [UInt64](repeating: 0, count: 40)
    #expect(read(ends[0], &others, 320) == 320)
    #expect(Set(own + others).count == 80)
  }

  @Test("threads get different bytes")
  func threads() async {
    let all = await withTaskGroup(of: [UInt64].self) { group in
      for _ in 0..<8 {
        group.addTask { (0..<2000).map { _ in BufferedRandom().next() } }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
    #expect(Set(all).count == 16_000)
  }
}
