/// A number that callbacks change.
///
/// A captured variable is checked for exclusive access at each use, which would be counted as a part of the message.
final class Count {
  @exclusivity(unchecked) var value: Int

  init(_ value: Int = 0) { self.value = value }
}
