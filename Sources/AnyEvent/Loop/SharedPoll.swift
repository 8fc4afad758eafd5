internal import AEValue
internal import CLibUV
internal import Glibc

/// The one `uv_poll_t` of a descriptor, shared by all its watchers: libuv refuses a second.
///
/// It lives in `Loop.polls` from the first watcher to the last.
final class SharedPoll: CallbackSource {
  private unowned(unsafe) let loop: Loop
  let fd: CInt
  private let readers = WatcherList<PlainCallback>()
  private let writers = WatcherList<PlainCallback>()
  private var handle: UnsafeMutablePointer<uv_poll_t>?
  /// The events that libuv is asked for now.
  private var armed: CInt = 0
  /// Whether the descriptor is blocking.
  private let isBlocking: Bool
  private let maker = ChangingProcess()
  /// The own descriptor that is polled in place of `fd`.
  private var substitute = Substitute.none
  private var isAlwaysReady = false

  private enum Substitute {
    case none
    /// Another number of the same open file, because the host of the loop polls `fd` itself.
    case duplicate(CInt)
    /// An epoll descriptor that has only `fd` in it.
    ///
    /// libuv makes each descriptor that it polls non-blocking, and that mode belongs to the open file,
    /// which may be shared with standard output, the shell or other programs.
    case epoll(CInt)
  }

  init(on loop: Loop, _ fd: CInt, _ file: StaticString, _ line: UInt) {
    self.loop = loop
    self.fd = fd
    let flags = fcntl(fd, F_GETFL)
    require(
      flags >= 0,
      "descriptor \(fd) is not open: watch a descriptor only while it is open, and cancel its watchers before closing it",
      file: file, line: line)
    isBlocking = flags & O_NONBLOCK == 0
    loop.polls[fd] = self
    open()
  }

  private func open() {
    let pointer = UnsafeMutablePointer<uv_poll_t>.allocate(capacity: 1)
    guard isBlocking ? initialize(aroundBlocking: pointer) : initialize(pointer) else {
      // Regular files cannot be polled: reading them never waits.
      pointer.deallocate()
      beAlwaysReady()
      return
    }
    loop.ledger.opened()
    pointer.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    handle = pointer
    updateReference()
  }

  private func initialize(_ pointer: UnsafeMutablePointer<uv_poll_t>) -> Bool {
    let status = uv_poll_init(loop.uv, pointer, fd)
    guard status == UV_EEXIST.rawValue else { return status == 0 }
    let copy = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
    guard copy >= 0 else { return false }
    substitute = .duplicate(copy)
    if uv_poll_init(loop.uv, pointer, copy) == 0 { return true }
    closeSubstitute()
    return false
  }

  private func initialize(aroundBlocking pointer: UnsafeMutablePointer<uv_poll_t>) -> Bool {
    let epoll = StandardDescriptors.spare(aeuv_epoll_make())
    // Without a free descriptor a changed mode is better than no event.
    guard epoll >= 0 else { return initialize(pointer) }
    substitute = .epoll(epoll)
    if aeuv_epoll_watch(epoll, EPOLL_CTL_ADD, fd, 0) == 0,
      uv_poll_init(loop.uv, pointer, epoll) == 0
    {
      return true
    }
    closeSubstitute()
    return false
  }

  /// Makes, in the child of a fork, an epoll descriptor of its own under the number that is polled.
  func separateFromParent() {
    guard case .epoll(let epoll) = substitute else { return }
    // The parent's is closed first, so that a descriptor is free; a change to it would stop the parent's
    // watchers.
    _ = Glibc.close(epoll)
    let own = aeuv_epoll_make()
    guard own >= 0 else { return }
    _ = aeuv_epoll_watch(own, EPOLL_CTL_ADD, fd, armed)
    guard own != epoll else { return }
    _ = aeuv_dup3(own, epoll, O_CLOEXEC)
    _ = Glibc.close(own)
  }

  /// Makes, in the child of a fork, all numbers of the descriptor lead to `nowhere`, which is never ready.
  func leaveToParent(_ nowhere: CInt) {
    if fd != nowhere { _ = aeuv_dup3(nowhere, fd, O_CLOEXEC) }
    switch substitute {
    case .none: break
    case .duplicate(let number), .epoll(let number): _ = aeuv_dup3(nowhere, number, O_CLOEXEC)
    }
  }

  private func closeSubstitute() {
    switch substitute {
    case .none: break
    case .duplicate(let descriptor), .epoll(let descriptor): _ = Glibc.close(descriptor)
    }
    substitute = .none
  }

  func updateReference() {
    if let handle { loop.setReference(handle) }
  }

  func add(_ callback: PlainCallback, _ mode: IOMode, _ number: UInt64) {
    if mode == .read { readers.add(callback, number) } else { writers.add(callback, number) }
    update()
  }

  /// Whether a watcher waits for the descriptor.
  var isWatched: Bool { !readers.isEmpty || !writers.isEmpty }

  func contains(_ number: UInt64) -> Bool { readers.contains(number) || writers.contains(number) }

  func cancel(_ number: UInt64) {
    // Released at the end: the deinitializer of an object that it held may cancel again.
    guard let held = readers.remove(number) ?? writers.remove(number) else { return }
    update()
    withExtendedLifetime(held) {}
  }

  /// Calls the watchers; each may cancel itself, others or all.
  @inline(__always)
  func serve(readable: Bool, writable: Bool) {
    loop.wasBusy = true
    if readable { readers.fire(on: loop) }
    if writable { writers.fire(on: loop) }
  }

  /// Cancels all watchers.
  func closeAll() {
    readers.removeAll()
    writers.removeAll()
    update()
  }

  /// Asks libuv for the events that the watchers want now; without watchers gives the handle back.
  private func update() {
    guard !readers.isEmpty || !writers.isEmpty else { return release() }
    guard let handle else { return }
    var wanted: CInt = 0
    if !readers.isEmpty { wanted |= CInt(UV_READABLE.rawValue) }
    if !writers.isEmpty { wanted |= CInt(UV_WRITABLE.rawValue) }
    guard wanted != armed else { return }
    armed = wanted
    if case .epoll(let epoll) = substitute {
      guard aeuv_epoll_watch(epoll, EPOLL_CTL_MOD, fd, wanted) == 0 else { return beAlwaysReady() }
      wanted = CInt(UV_READABLE.rawValue)
    }
    let status = uv_poll_start(handle, wanted) { handle, status, events in
      guard let handle else { return }
      Unmanaged<SharedPoll>.fromOpaque(handle.pointee.data).takeUnretainedValue()
        .polled(status, events)
    }
    if status != 0 { beAlwaysReady() }
  }

  private func polled(_ status: CInt, _ events: CInt) {
    loop.entered {
      if status < 0 {
        // libuv has stopped the handle. The watchers learn the error by reading or writing.
        armed = 0
        serve(readable: true, writable: true)
        if handle != nil { update() }
      } else if case .epoll(let epoll) = substitute {
        // The events have libuv's numbers.
        let events = aeuv_epoll_readiness(epoll)
        serve(
          readable: events & CInt(UV_READABLE.rawValue) != 0,
          writable: events & CInt(UV_WRITABLE.rawValue) != 0)
      } else {
        serve(
          readable: events & CInt(UV_READABLE.rawValue) != 0,
          writable: events & CInt(UV_WRITABLE.rawValue) != 0)
      }
    }
  }

  private func beAlwaysReady() {
    guard !isAlwaysReady else { return }
    isAlwaysReady = true
    loop.alwaysReady.append(self)
    loop.armRound()
  }

  private func release() {
    if loop.polls[fd] === self { loop.polls[fd] = nil }
    if isAlwaysReady { loop.alwaysReady.removeAll { $0 === self } }
    guard let handle else { return }
    self.handle = nil
    // Closing stops polling at once and drops events that were fetched already, so that the caller may
    // close the descriptor, and a new one of the same number gets none of them.
    loop.ledger.close(handle)
    if case .none = substitute, isBlocking { maker.makeBlocking(fd) }
    closeSubstitute()
  }
}
