package import AnyEvent
import Glibc

/// A name server of the tests, on 127.0.0.1: it answers, denies, or keeps silent, by the name.
package final class NameServer {
  /// What becomes of questions for a name.
  package enum Answer {
    /// These IPv4 addresses, and none of IPv6.
    case addresses([[UInt8]])
    /// There is no such name.
    case missing
    /// Nothing is sent.
    case silence
    /// These records: of those that are asked for, and all aliases.
    case records([Record])
    /// The same; by UDP only that the answer is too long.
    case long([Record])
    /// A failure with this code.
    case code(UInt8)
    /// These bytes, behind the number of the question.
    case garbage([UInt8])

    package static func address(_ bytes: [UInt8]) -> Self { .addresses([bytes]) }
  }

  /// A record: the name that has it, or nil for the one that is asked for, the type's number, the data.
  package struct Record {
    package var name: String?
    package var type: UInt8
    package var data: [UInt8]

    package init(_ type: UInt8, _ data: [UInt8]) { self.init(nil, type, data) }

    package init(_ name: String?, _ type: UInt8, _ data: [UInt8]) {
      self.name = name
      self.type = type
      self.data = data
    }
  }

  /// A name as it stands in messages.
  package static func wire(_ name: String) -> [UInt8] {
    name.split(separator: Character(".")).flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
  }

  private let descriptor: CInt
  private let answers: [String: Answer]
  private var watcher: IOWatcher?
  private var listener: Listener?
  private var connections: [Handle] = []
  /// How many questions came by TCP.
  package private(set) var askedByTCP = 0
  /// The names that were asked for, as often as they were.
  package private(set) var asked: [String] = []

  /// A server on a loop; names that it does not know are missing.
  package init(on loop: Loop, _ answers: [String: Answer]) {
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

  /// Answers at the same port by TCP, too; nil if another process has taken that port.
  package convenience init?(byTCP loop: Loop, _ answers: [String: Answer]) {
    self.init(on: loop, answers)
    let port = Int(place.split(separator: Character(":"))[1]) ?? 0
    listener = try? loop.listen(on: "127.0.0.1", port) { [unowned self] socket in serve(socket.fd) }
    if listener == nil { return nil }
  }

  private func serve(_ socket: CInt) {
    let handle = Handle(fh: socket, on_error: { handle, _, _ in handle.destroy() })
    connections.append(handle)
    handle.on_read = { [unowned self] handle in
      handle.push_read(.chunk(2)) { [unowned self] handle, count in
        handle.push_read(.chunk(Int(count[0]) << 8 | Int(count[1]))) {
          [unowned self] handle, bytes in
          askedByTCP += 1
          guard let message = reply(to: bytes[...], isByTCP: true) else { return }
          handle.push_write(
            [UInt8(message.count >> 8), UInt8(truncatingIfNeeded: message.count)] + message)
        }
      }
    }
  }

  /// `host:port`, as the resolver takes it.
  package var place: String {
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

  private func reply(to question: ArraySlice<UInt8>, isByTCP: Bool = false) -> [UInt8]? {
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
    let type = question[place + 2]
    let isIPv4 = type == 1
    let name = labels.joined(separator: ".")
    asked.append(name)
    func message(_ code: UInt8, _ records: [Record], isCut: Bool = false) -> [UInt8] {
      var bytes = Array(question[..<2])
      bytes.append(contentsOf: [isCut ? 0x83 : 0x81, 0x80 | code, 0, 1])
      bytes.append(contentsOf: [UInt8(records.count >> 8), UInt8(records.count & 255), 0, 0, 0, 0])
      bytes.append(contentsOf: question[12..<place + 5])
      for record in records {
        bytes += record.name.map(Self.wire) ?? [0xC0, 12]
        bytes += [0, record.type, 0, 1, 0, 0, 0, 60]
        bytes += [UInt8(record.data.count >> 8), UInt8(record.data.count & 255)] + record.data
      }
      return bytes
    }
    func wanted(_ records: [Record]) -> [Record] {
      records.filter { $0.type == type || $0.type == 5 || type == 255 }
    }
    switch answers[name] ?? .missing {
    case .silence: return nil
    case .missing: return message(3, [])
    case .addresses(let addresses):
      return message(0, isIPv4 ? addresses.map { Record(1, $0) } : [])
    case .records(let records): return message(0, wanted(records))
    case .long(let records):
      return isByTCP ? message(0, wanted(records)) : message(0, [], isCut: true)
    case .code(let code): return message(code, [])
    case .garbage(let bytes): return Array(question[..<2]) + bytes
    }
  }

  deinit {
    watcher?.cancel()
    listener?.close()
    for connection in connections { connection.destroy() }
    close(descriptor)
  }
}
