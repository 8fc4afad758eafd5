internal import AEValue
internal import Glibc

/// Calls a closure when its last reference goes.
///
/// It belongs to the loop whose callback makes it, or else to the thread that makes it. When the last reference is
/// dropped on another thread, that loop calls the closure on its own, soon; if the loop is closed then, the closure is
/// not called. Corresponds to Perl's `guard { … }`.
public final class Guard: @unchecked Sendable {
  /// The loop or thread that has to call the block.
  private enum Owner {
    case loop(Loop)
    /// The main thread, whose loop is the default one.
    case main
    /// A thread that ran no loop.
    case thread(pthread_t)
  }

  private let owner: Owner
  private var block: (() -> Void)?

  /// Makes a guard for `block`, which is called once at most.
  ///
  /// `loop` is the one that calls the block if the last reference goes on another thread.
  public init(on loop: Loop? = nil, _ block: @escaping () -> Void) {
    self.block = block
    if let loop = loop ?? Loop.running {
      owner = .loop(loop)
    } else {
      owner = Loop.isMainThread ? .main : .thread(pthread_self())
    }
  }

  /// Forgets the block without calling it.
  public func cancel() {
    if !isOnOwnThread { stopElsewhere("cancel() of a guard was called") }
    let held = block
    block = nil
    withExtendedLifetime(held) {}
  }

  private var isOnOwnThread: Bool {
    switch owner {
    case .loop(let loop): loop.isOnOwnThread
    case .main: Loop.isMainThread
    case .thread(let thread): thread == pthread_self()
    }
  }

  @inline(never)
  private func stopElsewhere(_ what: String) -> Never {
    misuse(
      "\(what) on another thread than the guard's: make it inside of a callback or with Guard(on: loop) { }, and use loop.post { } from other threads"
    )
  }

  deinit {
    guard block != nil else { return }
    if isOnOwnThread {
      block?()
      return
    }
    switch owner {
    case .loop(let loop): handOver(to: loop)
    case .main: handOver(to: .default)
    case .thread: stopElsewhere("the last reference to a guard was dropped")
    }
  }

  private func handOver(to loop: Loop) {
    guard let block = takeBlock() else { return }
    loop.inherit(.block(block))
  }

  /// Moves the block out, so that this thread has no reference to it when the loop gets it.
  @inline(never)
  private func takeBlock() -> Unmanaged<GuardedBlock>? {
    guard let block else { return nil }
    defer { self.block = nil }
    return .passRetained(GuardedBlock(block))
  }
}
