import AnyEvent
import AnyEventMP

/// Sends messages and keeps what waits for the kernel small, as a program with much to send should.
final class Sender {
  private let receiver: PortID
  private let count: Int
  private let text: String?
  private let stride: Int
  private var sent = 0
  private var watch = Stopwatch()
  private var wireSize = 0

  /// How many bytes may wait, and how many messages are sent before others have their turn.
  private static let highWater = 256 << 10
  private static let burst = 4096
  /// How many bytes are sent before what waits is looked at, since asking costs a look-up of the node by its name.
  private static let unasked = 56 << 10
  /// The number in the first message: ten digits make it 32 bytes of JSON.
  private static let firstNumber = 1_000_000_000

  init(_ receiver: PortID, _ count: Int, size: Int) {
    self.receiver = receiver
    self.count = count
    text = size <= OneWay.smallSize ? nil : String(repeating: "x", count: size)
    stride = max(1, Self.unasked / size)
  }

  func start() {
    watch = Stopwatch()
    pump()
  }

  func report() {
    var report = Report(role: "send")
    report.add("n", sent)
    report.add("wire_bytes", wireSize)
    report.add(watch)
    report.print()
  }

  /// Sends until enough waits, then goes on when the kernel has taken it.
  private func pump() {
    let node = Node.current
    let peer = receiver.node
    let end = min(count, sent + Self.burst)
    while sent < end, node.queuedBytes(for: peer) < Self.highWater {
      send(min(stride, end - sent))
      if wireSize == 0 { wireSize = node.queuedBytes(for: peer) / sent }
    }
    if sent < count { node.whenDrained(peer) { [unowned self] in pump() } }
  }

  private func send(_ messages: Int) {
    var number = Self.firstNumber + sent
    sent += messages
    let end = Self.firstNumber + sent
    if let text {
      while number < end {
        snd(receiver, "test", number, text)
        number += 1
      }
    } else {
      while number < end {
        snd(receiver, "test", number)
        number += 1
      }
    }
  }
}
