internal import Glibc

// A foreign loop that is attached to on one thread and run in another, as the C API allows.

extension Loop {
  /// Makes the thread that the host's first callback of ours comes on the owner.
  ///
  /// Until then it is the one that attached. Something has to come soon, so a callback is arranged.
  package func letHostChooseThread() {
    preconditionOnLoop()
    isOwnerProvisional = true
    postpone {}
  }

  /// Whether any thread may still become the owner.
  package var takesOwner: Bool { isOwnerProvisional }

  /// Makes the calling thread the owner; nothing of the loop may be running on another one.
  package func adopt() {
    isOwnerProvisional = false
    owner = pthread_self()
  }

  /// Makes the loop the current one as ``perform(_:)`` does, but until ``restore(_:)`` gets the result.
  ///
  /// On its thread only.
  package func makeCurrent() -> Unmanaged<Loop>? {
    let record = ThreadRecord.current
    let before = record.pointee.loop
    record.pointee.loop = .passUnretained(self)
    return before
  }

  /// Makes the loop current that was before.
  package static func restore(_ before: Unmanaged<Loop>?) {
    ThreadRecord.current.pointee.loop = before
  }
}
