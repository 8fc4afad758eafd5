import Foundation
import Testing

@Suite(
  "A fork in a program with a loop",
  .enabled(if: ProbeProgram.path != nil, "the program was not built, skipped"))
struct ForkTests {
  @Test(
    "the child drops the watchers, exits or goes on, and the parent's loop does not notice",
    arguments: ["drop", "exit", "continue"])
  func harmless(_ deed: String) throws {
    let result = try ProbeProgram.run("\"$probe\" fork \(deed) 2>&1")
    #expect(result.output == "the child ended\n")
    #expect(result.code == 0)
  }

  @Test("a child that runs its parent's loop is stopped with a sentence, and the parent's works on")
  func stopped() throws {
    let result = try ProbeProgram.run("\"$probe\" fork use 2>&1")
    #expect(result.output.contains("call loop.forked() to go on with the parent's watchers"))
    #expect(result.output.hasSuffix("the child was stopped\n"))
    #expect(result.code == 0)
  }
}
