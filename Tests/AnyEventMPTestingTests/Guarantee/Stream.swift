import AnyEventMP
import AnyEventMPTesting

/// Numbered messages from one node to one receiver, from the start of a monitor until it fires.
final class Stream {
  let serial: Int
  let sender: Member
  let receiver: Receiver
  private(set) var sent = 0
  private(set) var reason: Message?
  private let target: PortID
  private var first: Subscription?
  private var extra: [Int: Subscription] = [:]
  private var extraSerial = 0
  /// How many of the added monitors have fired.
  private var extraFired = 0
  private let report: (String) -> Void

  init(
    serial: Int, sender: Member, receiver: Receiver, report: @escaping (String) -> Void,
    fired: @escaping (Stream) -> Void
  ) {
    self.serial = serial
    self.sender = sender
    self.receiver = receiver
    self.report = report
    // Not only as text: a resolved port id finds its way without being looked up.
    target = serial % 2 == 0 ? PortID(receiver.id) : receiver.port
    first = sender.node?.monitor(target) { [weak self] reason in
      guard let self else { return }
      if isAbandoned { report("the monitor of stream \(serial) fired after it was taken back") }
      if self.reason != nil { report("the monitor of stream \(serial) fired again: \(reason)") }
      self.reason = reason
      check(reason)
      fired(self)
    }
  }

  var isOver: Bool { reason != nil || isAbandoned || sender.node == nil }
  /// Whether nobody monitors the receiver for it any more.
  private var isAbandoned: Bool { first == nil }

  /// Sends the next message, with so many bytes besides its number.
  func send(padding: Int) {
    guard !isOver, let node = sender.node else { return }
    node.run {
      if padding == 0 {
        snd(target, "m", sender.serial, serial, sent)
      } else {
        snd(target, "m", sender.serial, serial, sent, String(repeating: "x", count: padding))
      }
    }
    sent += 1
    sender.checkQueue(for: target.node)
  }

  /// Adds one more monitor on the same port.
  func addMonitor() {
    guard !isOver, let node = sender.node else { return }
    extraSerial += 1
    let number = extraSerial
    extra[number] = node.monitor(target) { [weak self] reason in
      guard let self else { return }
      if extra.removeValue(forKey: number) == nil {
        report("monitor \(number) of stream \(serial) fired again, or after it was taken back")
      }
      extraFired += 1
      check(reason)
    }
  }

  /// Takes one of the added monitors back.
  func removeMonitor() {
    guard !isOver, let number = extra.keys.min(), let monitor = extra.removeValue(forKey: number)
    else { return }
    monitor.cancel()
  }

  /// Takes all monitors back.
  func abandon() {
    guard !isOver, sender.node != nil, let monitor = first else { return }
    first = nil
    monitor.cancel()
    for monitor in extra.values { monitor.cancel() }
    extra = [:]
  }

  /// A monitor may fire for what happened only: a death, or the loss of the node.
  private func check(_ reason: Message) {
    if reason.first == "transport_error" {
      if sender.host.name == receiver.host { report("stream \(serial) never left: \(reason)") }
      if reason[1].string != target.node { report("stream \(serial): not its node: \(reason)") }
    } else if !receiver.isDead {
      report("the receiver of stream \(serial) lives, but its monitor fired: \(reason)")
    } else if reason.first != "no_such_port", !receiver.wasKilled(with: reason) {
      report("nobody killed the receiver of stream \(serial) like that: \(reason)")
    }
  }

  /// What must hold when the network has been whole and quiet for long.
  func checkAtEnd() {
    guard sender.node != nil else { return }
    let delivered = receiver.delivered[serial, default: 0]
    if let reason {
      if !extra.isEmpty { report("\(extra.count) monitors of stream \(serial) did not fire") }
      checkKill(reason, delivered)
    } else if isAbandoned {
      if delivered > sent { report("stream \(serial): \(delivered) of \(sent) messages arrived") }
    } else if receiver.isDead {
      report("the receiver of stream \(serial) is dead, but no monitor fired")
    } else if delivered != sent {
      report("stream \(serial): \(delivered) of \(sent) messages arrived, but no monitor fired")
    } else if extraFired > 0 {
      report("\(extraFired) monitors of stream \(serial) fired, but not the first one")
    }
  }

  /// Who kills a port has all delivered that it sent there before, and nothing of what it sent
  /// afterwards; nobody else has anything delivered that was not sent.
  private func checkKill(_ reason: Message, _ delivered: Int) {
    guard let kill = receiver.kill(with: reason), kill.killer === sender else {
      if delivered > sent { report("stream \(serial): \(delivered) of \(sent) messages arrived") }
      return
    }
    let wanted = kill.sent[serial, default: 0]
    if delivered != wanted {
      report("stream \(serial): \(delivered) arrived instead of the \(wanted) before the kill")
    }
  }
}
