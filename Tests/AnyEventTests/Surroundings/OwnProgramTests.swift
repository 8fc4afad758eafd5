import AEValue
import AnyEvent
import Glibc
import Testing

@Suite("The file of the own program") struct OwnProgramTests {
  @Test("the path leads to the program that runs")
  func path() throws {
    let path = OwnProgram.path()
    #expect(path.isAbsolute)
    let file = try #require(FileIdentity(at: "/proc/self/exe", followsLinks: true))
    #expect(FileIdentity(at: path.cString, followsLinks: true) == file)
    #expect(access(path.cString, X_OK) == 0)
  }

  @Test(
    "the status of waitpid says how a process ended",
    arguments: [
      (0, .exited(0)), (3 << 8, .exited(3)), (126 << 8, .exited(126)), (255 << 8, .exited(255)),
      (9, .killed(signal: 9)), (0x8b, .killed(signal: 11)),
    ] as [(CInt, ProcessEnding)])
  func ending(status: CInt, ending: ProcessEnding) {
    #expect(ProcessEnding(status: status) == ending)
  }
}
