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

  /// Has the child of a fork take no part in the loop, of which nothing but the library watches anything.
  ///
  /// Whatever the host does with its loop there, no callback is called, and what the parent has stays as it is.
  package func stayWithParent() { staysWithParent = true }

  /// Whether any thread may still become the owner.
  package var takesOwner: Bool { isOwnerProvisional }

  /// Whether this process can be told of forks; false when the system has no memory left.
  package static var isToldOfForks: Bool { ForkedLoops.isTold }

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
