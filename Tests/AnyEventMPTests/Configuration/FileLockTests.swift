import AEValue
import Foundation
import TestSupport
import Testing

@testable import AnyEventMP

@Suite struct FileLockTests {
  /// How many wait for the lock of this open file, as the system counts them; nil where it does not
  /// tell.
  private func isWaitedFor(_ descriptor: CInt) throws -> Bool {
    var status = stat()
    try #require(fstat(descriptor, &status) == 0)
    let locks = try String(contentsOfFile: "/proc/locks", encoding: .utf8)
    return locks.split(separator: "\n").contains {
      $0.contains("->") && $0.contains(":\(status.st_ino) ")
    }
  }

  private func lock(_ path: String) throws -> CInt {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    try #require(descriptor >= 0 && flock(descriptor, LOCK_EX) == 0)
    return descriptor
  }

  @Test("who waited for a lock whose file is gone waits for whoever holds the new one")
  func removedMeanwhile() async throws {
    let directory = try TemporaryDirectory()
    let file = PathName(directory.path + "/rc")
    let lockFile = directory.path + "/rc~lock~"
    let first = try lock(lockFile)
    nonisolated(unsafe) var isHeld = false
    let order = DispatchQueue(label: "order")
    let (entered, enteredContinuation) = AsyncStream<Bool>.makeStream()
    Thread.detachNewThread {
      try? FileLock.hold(for: file) { () throws(ConfigurationError) in
        order.sync { _ = enteredContinuation.yield(!isHeld) }
        enteredContinuation.finish()
      }
    }
    while try !isWaitedFor(first) { await Task.yield() }
    // As the first holder does at its end, when a third has come already.
    unlink(lockFile)
    let third = try lock(lockFile)
    order.sync { isHeld = true }
    close(first)
    while try !isWaitedFor(third), order.sync(execute: { isHeld }) {
      // Without the check it is in by now, and has said so.
      if try !isWaiting(directory) { break }
      await Task.yield()
    }
    order.sync {
      isHeld = false
      unlink(lockFile)
      close(third)
    }
    var results: [Bool] = []
    for await wasAlone in entered { results.append(wasAlone) }
    #expect(results == [true])
  }

  /// Whether the lock's file is there: who is let in removes it when it is out again.
  private func isWaiting(_ directory: TemporaryDirectory) throws -> Bool {
    try directory.names.contains("rc~lock~")
  }
}
