internal import CCares
internal import CLibUV
internal import Glibc

/// Why nothing was found about a name.
enum NameFailure: Error {
  /// A status of c-ares.
  case status(CInt)
  /// No answer within so many seconds.
  case tooLate(Double)
  /// There are addresses, of families that the resolver does not give out.
  case otherFamily

  /// The end of a sentence about the name.
  var reason: String {
    switch self {
    case .status(ARES_ENOTFOUND): "there is no host of this name"
    case .status(ARES_ENODATA): "it has no address"
    case .status(ARES_EBADNAME): "it is no host name"
    case .status(ARES_ECONNREFUSED):
      "no name server can be reached; correct the nameserver lines of /etc/resolv.conf"
    case .status(ARES_ETIMEOUT):
      "no name server has answered; check the network and /etc/resolv.conf"
    case .status(ARES_ESERVFAIL), .status(ARES_EREFUSED):
      "the name server cannot answer now, or refuses to"
    case .status(let status):
      Self.text(of: status)
    case .otherFamily:
      "its addresses are of another family than those that PERL_ANYEVENT_PROTOCOLS or the resolver allows"
    case .tooLate(let limit):
      "no name server has answered within \(Int(exactly: limit).map { String($0) } ?? String(limit)) seconds; check the network and /etc/resolv.conf"
    }
  }

  /// Whether the name servers have said that there is no such name, or no such record of it.
  var isAbsence: Bool {
    if case .status(ARES_ENOTFOUND) = self { return true }
    if case .status(ARES_ENODATA) = self { return true }
    return false
  }

  private static func text(of status: CInt) -> String {
    let text: UnsafePointer<CChar>? = ares_strerror(status)
    return text.map { String(cString: $0) } ?? "error \(status)"
  }
}

/// Open questions to name servers, and their sockets: a channel of c-ares.
///
/// It reads `/etc/resolv.conf` when it is made, and `/etc/hosts` for each question.
final class NameChannel {
  /// The events that a socket of the channel waits for.
  struct Interest {
    var reading: Bool
    var writing: Bool
  }

  /// The sockets, each with the events that it waits for.
  private(set) var sockets: [CInt: Interest] = [:]
  /// Called when a socket waits for other events, or, with nil, is about to be closed.
  var changed: ((CInt, Interest?) -> Void)?
  private var channel: ares_channel?
  private let functions = UnsafeMutablePointer<ares_socket_functions>.allocate(capacity: 1)
  private static let libraryStatus = ares_library_init(ARES_LIB_INIT_NONE)

  /// The callback for the answer, kept by c-ares.
  private final class Question<Answer> {
    let done: (Result<Answer, NameFailure>) -> Void
    init(_ done: @escaping (Result<Answer, NameFailure>) -> Void) { self.done = done }
  }

  /// The servers that are asked, and how.
  struct Settings {
    /// The servers as `host:port`, the host numeric; those of the machine if there are none.
    var servers: [String] = []
    /// Seconds that a server gets for its first answer.
    var tryTime: Double
    /// How often each server is asked.
    var tries: Int
    /// The domains to be put behind a name, in turn; nil for the machine's list.
    var domains: [String]?
    /// The dots that a name must have to be asked for as it is at first; nil for the machine's number.
    var dots: Int?
    /// Whether servers are told that long answers may come by UDP.
    var usesEDNS = false
    /// The file with the settings that are not given here, in place of `/etc/resolv.conf`.
    var file: String?
  }

  init(_ settings: Settings) throws(NameFailure) {
    functions.initialize(to: Self.socketFunctions)
    guard Self.libraryStatus == ARES_SUCCESS else { throw .status(Self.libraryStatus) }
    var options = ares_options()
    let tryTime = settings.tryTime
    options.timeout = tryTime > 0 ? CInt(min(tryTime * 1000, 600_000).rounded(.up)) : 1
    options.tries = CInt(max(1, min(settings.tries, 100)))
    options.sock_state_cb = { data, socket, readable, writable in
      guard let data else { return }
      Unmanaged<NameChannel>.fromOpaque(data).takeUnretainedValue()
        .update(socket, Interest(reading: readable != 0, writing: writable != 0))
    }
    options.sock_state_cb_data = Unmanaged.passUnretained(self).toOpaque()
    var mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB
    // c-ares copies these texts.
    var texts: [UnsafeMutablePointer<CChar>?] = (settings.domains ?? []).map { strdup($0) }
    let file = settings.file.flatMap { strdup($0) }
    defer {
      for text in texts { free(text) }
      free(file)
    }
    if let dots = settings.dots {
      options.ndots = CInt(max(0, min(dots, 15)))
      mask |= ARES_OPT_NDOTS
    }
    if settings.usesEDNS {
      options.flags = ARES_FLAG_EDNS
      options.ednspsz = 4096
      mask |= ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ
    }
    if let file {
      options.resolvconf_path = file
      mask |= ARES_OPT_RESOLVCONF
    }
    if settings.domains != nil { mask |= ARES_OPT_DOMAINS }
    let status = texts.withUnsafeMutableBufferPointer { domains in
      options.domains = domains.baseAddress
      options.ndomains = CInt(domains.count)
      return ares_init_options(&channel, &options, mask)
    }
    guard status == ARES_SUCCESS, let channel else { throw .status(status) }
    ares_set_socket_functions(channel, functions, nil)
    guard !settings.servers.isEmpty else { return }
    let chosen = ares_set_servers_ports_csv(channel, settings.servers.joined(separator: ","))
    guard chosen == ARES_SUCCESS else { throw .status(chosen) }
  }

  /// Asks for the addresses of a host; `done` may be called before this returns, and is never called
  /// once the channel is gone.
  func ask(_ host: String, _ done: @escaping (Result<[SocketAddress], NameFailure>) -> Void) {
    // C would take only the text before a zero byte.
    guard let channel, !host.isEmpty, !host.utf8.contains(0) else {
      return done(.failure(.status(ARES_EBADNAME)))
    }
    var hints = ares_addrinfo_hints()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
    ares_getaddrinfo(
      channel, host, nil, &hints,
      { question, status, _, list in
        guard let question else { return }
        let asked = Unmanaged<Question<[SocketAddress]>>.fromOpaque(question).takeRetainedValue()
        defer { if let list { ares_freeaddrinfo(list) } }
        guard status != ARES_EDESTRUCTION else { return }
        asked.done(NameChannel.addresses(status, list))
      }, Unmanaged.passRetained(Question(done)).toOpaque())
  }

  /// Asks for the records of a name, and gives the message that has them.
  ///
  /// With `isSearched` the domains of the settings are put behind a name, unless it ends with a dot.
  func ask(
    _ name: String, class: UInt16, type: UInt16, isSearched: Bool,
    _ done: @escaping (Result<[UInt8], NameFailure>) -> Void
  ) {
    guard let channel, !name.isEmpty, !name.utf8.contains(0) else {
      return done(.failure(.status(ARES_EBADNAME)))
    }
    let question = Unmanaged.passRetained(Question(done)).toOpaque()
    let ask = isSearched ? ares_search : ares_query
    ask(channel, name, CInt(`class`), CInt(type), Self.receive, question)
  }

  /// Sends a message of one's own, and gives the answer, whatever it says.
  func send(_ message: [UInt8], _ done: @escaping (Result<[UInt8], NameFailure>) -> Void) {
    guard let channel, let count = CInt(exactly: message.count) else {
      return done(.failure(.status(ARES_EFORMERR)))
    }
    let question = Unmanaged.passRetained(Question(done)).toOpaque()
    ares_send(channel, message, count, Self.receive, question)
  }

  private static let receive: ares_callback = { question, status, _, bytes, count in
    guard let question else { return }
    let asked = Unmanaged<Question<[UInt8]>>.fromOpaque(question).takeRetainedValue()
    guard status != ARES_EDESTRUCTION else { return }
    guard status == ARES_SUCCESS, let bytes else { return asked.done(.failure(.status(status))) }
    asked.done(.success(Array(UnsafeBufferPointer(start: bytes, count: Int(count)))))
  }

  /// Goes on with a socket that is ready, or, with −1, with questions whose time is over.
  func process(_ socket: CInt, readable: Bool, writable: Bool) {
    guard let channel else { return }
    ares_process_fd(channel, readable ? socket : -1, writable ? socket : -1)
  }

  /// Seconds until the time of a question is over; nil if no question is open.
  var timeToWait: Double? {
    guard let channel else { return nil }
    var time = timeval()
    guard ares_timeout(channel, nil, &time) != nil else { return nil }
    return Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
  }

  /// Waits for the addresses of a host, blocking the calling thread for at most `limit` seconds.
  func wait(for host: String, limit: Double) -> Result<[SocketAddress], NameFailure> {
    var answer: Result<[SocketAddress], NameFailure>?
    ask(host) { answer = $0 }
    let end = Double(uv_hrtime()) / 1e9 + limit
    while answer == nil {
      let left = end - Double(uv_hrtime()) / 1e9
      guard left > 0, let wait = timeToWait else { break }
      var polls = sockets.map { socket, interest in
        pollfd(
          fd: socket,
          events: Int16((interest.reading ? POLLIN : 0) | (interest.writing ? POLLOUT : 0)),
          revents: 0)
      }
      let ready = poll(&polls, nfds_t(polls.count), CInt(min(left, wait, 60) * 1000) + 1)
      guard ready > 0 else {
        process(-1, readable: false, writable: false)
        continue
      }
      for entry in polls where entry.revents != 0 {
        let failed = entry.revents & Int16(POLLERR | POLLHUP) != 0
        process(
          entry.fd, readable: failed || entry.revents & Int16(POLLIN) != 0,
          writable: entry.revents & Int16(POLLOUT) != 0)
      }
    }
    return answer ?? .failure(.tooLate(limit))
  }

  private func update(_ socket: CInt, _ interest: Interest) {
    let known = interest.reading || interest.writing ? interest : nil
    sockets[socket] = known
    changed?(socket, known)
  }

  private static func addresses(
    _ status: CInt, _ list: UnsafeMutablePointer<ares_addrinfo>?
  ) -> Result<[SocketAddress], NameFailure> {
    guard status == ARES_SUCCESS, let list else { return .failure(.status(status)) }
    var addresses: [SocketAddress] = []
    var known: Set<SocketAddress> = []
    var next = list.pointee.nodes
    while let node = next?.pointee {
      next = node.ai_next
      guard let native = node.ai_addr,
        let address = SocketAddress(native, length: node.ai_addrlen),
        known.insert(address).inserted
      else { continue }
      addresses.append(address)
    }
    return addresses.isEmpty ? .failure(.status(ARES_ENODATA)) : .success(addresses)
  }

  /// The functions that c-ares has by itself, except that sockets avoid the numbers of standard
  /// descriptors, and that a broken connection raises no signal.
  private static var socketFunctions: ares_socket_functions {
    ares_socket_functions(
      asocket: { family, type, transport, _ in
        let flags = CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        return StandardDescriptors.spare(Glibc.socket(family, type | flags, transport))
      },
      aclose: { socket, _ in Glibc.close(socket) },
      aconnect: { socket, address, length, _ in Glibc.connect(socket, address, length) },
      arecvfrom: { socket, bytes, count, flags, address, length, _ in
        Glibc.recvfrom(socket, bytes, count, flags, address, length)
      },
      asendv: { socket, parts, count, _ in
        var message = msghdr()
        message.msg_iov = UnsafeMutablePointer(mutating: parts)
        message.msg_iovlen = Int(count)
        return Glibc.sendmsg(socket, &message, CInt(MSG_NOSIGNAL))
      })
  }

  deinit {
    if let channel { ares_destroy(channel) }
    functions.deallocate()
  }
}
