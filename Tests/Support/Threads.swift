import Glibc
import Testing

/// Runs `body` to its end on a new thread.
package func onThread(stackSize: Int? = nil, _ body: @escaping () -> Void) {
  pthread_join(startThread(stackSize: stackSize, body), nil)
}

/// The same, leaving the calling thread to Swift's tasks meanwhile.
package func onOtherThread(_ body: @escaping @Sendable () -> Void) async {
  await withCheckedContinuation { continuation in
    pthread_detach(
      startThread {
        body()
        continuation.resume()
      })
  }
}

/// A thread that runs beside the test until it is joined.
package struct RunningThread {
  private let thread: pthread_t

  /// Starts `body` on a new thread.
  package init(_ body: @escaping () -> Void) { thread = startThread(body) }

  /// Waits for the end of `body`.
  package func join() { pthread_join(thread, nil) }
}

private func startThread(
  stackSize: Int? = nil, _ body: @escaping () -> Void
) -> pthread_t {
  var thread = pthread_t()
  let box = Unmanaged.passRetained(Closure(body))
  let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
  pthread_attr_init(attributes)
  defer {
    pthread_attr_destroy(attributes)
    attributes.deallocate()
  }
  if let stackSize { pthread_attr_setstacksize(attributes, stackSize) }
  let status = pthread_create(
    &thread, attributes,
    { box in
      if let box { Unmanaged<Closure>.fromOpaque(box).takeRetainedValue().body() }
      return nil
    }, box.toOpaque())
  #expect(status == 0)
  return thread
}
