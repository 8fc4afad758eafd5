import AnyEvent
import Glibc
import Testing

/// Runs `body` on a loop of its own, with a timer that ends the test if nothing else does.
func withLoop(_ body: (Loop) throws -> Void) rethrows {
  let loop = Loop()
  let safety = loop.timer(after: 30) {
    Issue.record("the test did not end by itself")
    loop.stop()
  }
  try body(loop)
  safety.cancel()
  loop.close()
}

/// A connected pair of non-blocking stream sockets, closed at the end.
func withSocketPair(_ body: (CInt, CInt) throws -> Void) rethrows {
  var pair: [CInt] = [-1, -1]
  let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
  guard socketpair(AF_UNIX, type, 0, &pair) == 0 else {
    Issue.record("no socket pair")
    return
  }
  defer { for fd in pair { close(fd) } }
  try body(pair[0], pair[1])
}

/// Runs `body` to its end on a new thread.
func onThread(stackSize: Int? = nil, _ body: @escaping () -> Void) {
  pthread_join(startThread(stackSize: stackSize, body), nil)
}

/// The same, leaving the calling thread to Swift's tasks meanwhile.
func onOtherThread(_ body: @escaping @Sendable () -> Void) async {
  await withCheckedContinuation { continuation in
    pthread_detach(
      startThread {
        body()
        continuation.resume()
      })
  }
}

private func startThread(stackSize: Int? = nil, _ body: @escaping () -> Void) -> pthread_t {
  final class Box {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let box = Unmanaged.passRetained(Box(body))
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
      if let box { Unmanaged<Box>.fromOpaque(box).takeRetainedValue().body() }
      return nil
    }, box.toOpaque())
  #expect(status == 0)
  return thread
}

/// A new directory for the test's files, removed at the end.
func withTemporaryDirectory(_ body: (String) throws -> Void) rethrows {
  var template = Array("/tmp/anyevent-test-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else {
    Issue.record("no temporary directory")
    return
  }
  let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  defer { rmdir(path) }
  try body(path)
}

/// Sends one byte.
func sendByte(_ fd: CInt) { _ = Glibc.send(fd, "x", 1, CInt(MSG_NOSIGNAL)) }

/// Takes one byte out, if there is one; returns what `recv` says.
@discardableResult
func receiveByte(_ fd: CInt) -> Int {
  var byte: UInt8 = 0
  return Glibc.recv(fd, &byte, 1, CInt(MSG_DONTWAIT))
}

extension Loop {
  /// Runs until the condition holds; the test's safety timer ends it otherwise.
  func run(until condition: () -> Bool) {
    while !condition() {
      guard runOnce() else { return }
    }
  }
}
