/// Calls a closure when its last reference goes.
///
/// Corresponds to Perl's `guard { … }`.
public final class Guard {
  private var block: (() -> Void)?

  /// Makes a guard for `block`, which is called once at most.
  public init(_ block: @escaping () -> Void) { self.block = block }

  /// Forgets the block without calling it.
  public func cancel() {
    let held = block
    block = nil
    withExtendedLifetime(held) {}
  }

  deinit { block?() }
}
