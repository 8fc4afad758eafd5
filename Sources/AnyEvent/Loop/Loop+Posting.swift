internal import CLibUV
internal import Synchronization

/// What other threads have left for a loop.
struct Mailbox {
  var jobs: [@Sendable () -> Void] = []
  private(set) var isOpen = true

  /// Takes no more; the result is what was left.
  mutating func close() -> [@Sendable () -> Void] {
    isOpen = false
    defer { jobs = [] }
    return jobs
  }
}

extension Loop {
  /// Calls `job` on the loop's thread, soon: the one function that may be called from any thread.
  ///
  /// Jobs are called in the order in which they were posted. Returns false, without calling the
  /// job, if the loop is closed. The prospect of a job does not keep `run()` from returning, but
  /// `recv()` waits for it.
  @discardableResult
  public func post(_ job: @escaping @Sendable () -> Void) -> Bool {
    // Sending inside the lock: the handle may be closed as soon as it is left.
    mailbox.withLock { mailbox in
      guard mailbox.isOpen else { return false }
      mailbox.jobs.append(job)
      uv_async_send(asyncHandle)
      return true
    }
  }

  var hasMail: Bool { mailbox.withLock { !$0.jobs.isEmpty } }

  func openMail() {
    entered {
      wasBusy = true
      let jobs = mailbox.withLock { mailbox in
        defer { mailbox.jobs = [] }
        return mailbox.jobs
      }
      for job in jobs {
        guard state == .open else { return }
        job()
        requireNotForked()
      }
    }
  }
}
