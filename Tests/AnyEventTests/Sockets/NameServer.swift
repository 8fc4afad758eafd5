import AnyEvent
import Glibc

/// A name server of the tests, on 127.0.0.1: it answers, denies, or keeps silent, by the name.
final class NameServer {
  /// What becomes of questions for a name.
  enum Answer {
    /// These IPv4 addresses, and none of IPv6.
    case addresses([[UInt8]])
    /// There is no such name.
    case missing
    /// Nothing is sent.
    case silence

    static func address(_ bytes: [UInt8]) -> Self { .addresses([bytes]) }
  }

  private let descriptor: CInt
  private let answers: [String: Answer]
  private var watcher: IOWatcher?
  /// The names that were asked for, as often as they were.
  private(set) var asked: [String] = []

  /// A server on a loop; names that it does not know are missing.
  init(on loop: Loop, _ answers: [String: Answer]) {
    self.answers = answers
    descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    _ = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    watcher = loop.io(descriptor, .read) { [unowned self] in serve() }
  }

  /// `host:port`, as the resolver takes it.
  var place: String {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &length)
      }
    }
    return "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
  }

  private func serve() {
    var question = [UInt8](repeating: 0, count: 1024)
    var peer = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    withUnsafeMutablePointer(to: &peer) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { peer in
        let count = recvfrom(descriptor, &question, question.count, 0, peer, &length)
        guard count > 12, let message = reply(to: question[..<count]) else { return }
        _ = sendto(descriptor, message, message.count, 0, peer, length)
      }
    }
  }

  private func reply(to question: ArraySlice<UInt8>) -> [UInt8]? {
    var labels: [String] = []
    var place = 12
    while place < question.count, question[place] != 0 {
      let end = place + 1 + Int(question[place])
      guard end < question.count else { return nil }
      labels.append(String(decoding: question[place + 1..<end], as: UTF8.self))
      place = end
    }
    // Behind the name there are the type and the class.
    guard place + 5 <= question.count else { return nil }
    let isIPv4 = question[place + 2] == 1
    let name = labels.joined(separator: ".")
    asked.append(name)
    func message(_ code: UInt8, _ addresses: [[UInt8]]) -> [UInt8] {
      var bytes = Array(question[..<2])
      bytes.append(contentsOf: [0x81, 0x80 | code, 0, 1, 0, UInt8(addresses.count), 0, 0, 0, 0])
      bytes.append(contentsOf: question[12..<place + 5])
      for address in addresses {
        bytes.append(contentsOf: [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4] + address)
      }
      return bytes
    }
    switch answers[name] ?? .missing {
    case .silence: return nil
    case .missing: return message(3, [])
    case .addresses(let addresses): return message(0, isIPv4 ? addresses : [])
    }
  }

  deinit {
    watcher?.cancel()
    close(descriptor)
  }
}
