import Synchronization

/// Numbers the node objects of a process; 0 is none.
enum NodeSerial {
  private static let last = Atomic<UInt32>(0)

  static func next() -> UInt32 {
    last.wrappingAdd(1, ordering: .relaxed).newValue
  }
}
