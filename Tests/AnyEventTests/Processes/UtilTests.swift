import AnyEvent
import Foundation
import TestSupport
import Testing

@Suite("AnyEvent::Util's small functions")
struct UtilTests {
  @Test("pipes and pairs of sockets wait, as in Perl, and are closed in programs")
  func pairs() throws {
    let pipe = try #require(portable_pipe())
    let pair = try #require(portable_socketpair())
    for fd in [pipe.r, pipe.w, pair.fh1, pair.fh2] {
      #expect(fcntl(fd, F_GETFL) & O_NONBLOCK == 0)
      #expect(fcntl(fd, F_GETFD) & FD_CLOEXEC != 0)
    }
    var byte: UInt8 = 7
    #expect(write(pipe.w, &byte, 1) == 1)
    #expect(read(pipe.r, &byte, 1) == 1)
    for (from, to) in [(pair.fh1, pair.fh2), (pair.fh2, pair.fh1)] {
      #expect(write(from, &byte, 1) == 1)
      #expect(read(to, &byte, 1) == 1)
    }
    for fd in [pipe.r, pipe.w, pair.fh1, pair.fh2] { close(fd) }
  }

  @Test("fh_nonblocking, fh_block and fh_unblock change the mode, and say when they cannot")
  func modes() throws {
    let pipe = try #require(portable_pipe())
    #expect(fh_nonblocking(pipe.r, false))
    #expect(fcntl(pipe.r, F_GETFL) & O_NONBLOCK == 0)
    #expect(fh_unblock(pipe.r))
    #expect(fcntl(pipe.r, F_GETFL) & O_NONBLOCK != 0)
    #expect(fh_block(pipe.r))
    #expect(fcntl(pipe.r, F_GETFL) & O_NONBLOCK == 0)
    close(pipe.r)
    close(pipe.w)
    #expect(!fh_nonblocking(-1, true))
    #expect(SystemError.last.code == EBADF)
  }

  @Test("guard calls its block when it goes, and not after cancel")
  func guards() {
    var calls = 0
    var first: Guard? = AnyEvent.guard { calls += 1 }
    let second: Guard? = AnyEvent.guard { calls += 10 }
    second?.cancel()
    #expect(first != nil && second != nil)
    first = nil
    #expect(calls == 1)
  }

  @Test("an error of the system has its words, and the attempt before them")
  func errors() {
    #expect(SystemError(ENOENT).description == "No such file or directory")
    #expect(SystemError(EPERM, "cannot x").description == "cannot x: Operation not permitted")
    #expect(SystemError(EPERM, "cannot x").reason == "Operation not permitted")
  }

  private static let probe = ProbeProgram.path != nil

  @Test(
    "without free descriptors a command croaks, each callback ends once, and the next one works",
    .enabled(if: probe, "the program was not built, skipped"))
  func noDescriptors() throws {
    let result = try ProbeProgram.run("\"$probe\" command descriptors 2>&1")
    #expect(result.output == "Too many open files, 1 end\n")
    #expect(result.code == 0)
  }

  @Test(
    "close_all_fds_except leaves what it is told to",
    .enabled(if: probe, "the program was not built, skipped"))
  func closeAllExcept() throws {
    let result = try ProbeProgram.run(
      "exec 7</dev/null 8</dev/null; exec \"$probe\" command except 2>&1")
    #expect(result.output == "1 2 8\n")
    #expect(result.code == 0)
  }

  @Test(
    "the child of a fork leaves commands and work to its parent, and has its own",
    .enabled(if: probe, "the program was not built, skipped"), arguments: ["work", "command"])
  func forks(_ kind: String) throws {
    let result = try ProbeProgram.run("\"$probe\" command \(kind) 2>&1")
    #expect(result.output == "the child ended\nthe child ended\n")
    #expect(result.code == 0)
  }

  @Test(
    "a redirection that makes no sense stops the program with a sentence",
    .enabled(if: probe, "the program was not built, skipped"),
    arguments: [
      ("key", "is no redirection of run_cmd"), ("direction", "is written by the command"),
      ("empty", "a command has no words"),
    ])
  func misuse(_ kind: String, _ sentence: String) throws {
    let result = try ProbeProgram.run("\"$probe\" misuse command-\(kind) 2>&1")
    #expect(result.output.contains(sentence))
    #expect(result.code != 0)
  }
}
