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

  private static let callbacks = ["timer", "io", "signal", "idle", "postponed", "posted"]

  @Test(
    "so it is after a fork in a callback", arguments: ["drop", "exit", "continue"], callbacks)
  func harmlessInCallbacks(_ deed: String, _ callback: String) throws {
    let result = try ProbeProgram.run("\"$probe\" fork \(deed) \(callback) 2>&1")
    #expect(result.output == "the child ended\n")
    #expect(result.code == 0)
  }

  @Test(
    "a child that goes on behind the callback that forked is stopped before the next one",
    arguments: callbacks)
  func stoppedInCallbacks(_ callback: String) throws {
    let result = try ProbeProgram.run("\"$probe\" fork use \(callback) 2>&1")
    #expect(result.output.contains("call loop.forked() to go on with the parent's watchers"))
    #expect(!result.output.contains("anyevent-process: "))
    #expect(result.output.hasSuffix("the child was stopped\n"))
    #expect(result.code == 0)
  }

  @Test(
    "what the parent waits for comes to the parent, and what it has made stays as it is",
    arguments: [
      ("jobs", 1), ("names", 1), ("listener", 3), ("modes", 3), ("signal", 1), ("files", 1),
    ])
  func inherited(_ thing: String, _ children: Int) throws {
    let result = try ProbeProgram.run("\"$probe\" fork \(thing) 2>&1")
    #expect(result.output == String(repeating: "the child ended\n", count: children))
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
