import Foundation
import Testing

@Suite(
  "Signals that the parent ignores or holds back",
  .enabled(if: ProbeProgram.path != nil, "the program was not built, skipped"))
struct InheritedSignalTests {
  @Test("the status of a child is reported though the parent ignores the end of children")
  func child() throws {
    let result = try ProbeProgram.run("trap '' CHLD; exec \"$probe\" child")
    #expect(result.output == "status 3\n")
    #expect(result.code == 0)
  }

  @Test("a signal that the parent ignores is reported, and ignored again afterwards")
  func ignored() throws {
    let result = try ProbeProgram.run("trap '' HUP; exec \"$probe\" signal HUP")
    // Whether it was held back is as it was.
    #expect(result.output.hasPrefix("arrived, ignored, "))
    #expect(result.code == 0)
  }

  @Test("a signal that the parent holds back is reported, and held back again afterwards")
  func blocked() throws {
    let perl = """
      exec perl -MPOSIX -e 'sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGUSR1)); exec @ARGV' \
      "$probe" signal USR1
      """
    let result = try ProbeProgram.run(perl)
    #expect(result.output == "arrived, default, blocked\n")
    #expect(result.code == 0)
  }
}
