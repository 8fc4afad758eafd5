internal import AnyEvent
internal import CCurl
internal import Glibc

/// The owner of a transfer, which is told of its progress, never from inside libcurl.
protocol TransferOwner: AnyObject {
  /// Something was sent or received; or a connection is being made, with a time limit if not nil.
  func transferMoved(connectingWithin limit: Double?)
  /// The headers have arrived; returns whether pieces of the body are wanted as they come.
  func transferHasHeaders(_ headers: HTTPHeaders) -> Bool
  /// A piece of the body has arrived.
  func transferHasPiece(_ piece: [UInt8])
  /// The transfer is over; nothing comes any more.
  func transferEnded(_ failure: HTTPFailure?, _ headers: HTTPHeaders, _ body: [UInt8])
}

/// One request to one server, and its response, as libcurl performs it.
final class Transfer {
  /// How far a transfer has come: where an error has which status.
  enum Phase {
    /// It waits for one of the connections to its host.
    case waiting
    case connecting
    /// The connection is there; the request leaves and the headers are awaited.
    case sending
    case receivingBody
  }

  let order: TransferOrder
  private(set) var phase = Phase.waiting
  /// The hosts' addresses to which connections were begun.
  private(set) var tried = TextSet()
  private(set) var easy: UnsafeMutableRawPointer?
  private var owner: (any TransferOwner)?
  private unowned(unsafe) var engine: CurlEngine?
  private var reader: ResponseReader
  /// The part of the body that was not handed over yet.
  private var body: [UInt8] = []
  private var received = 0
  private var sent = 0
  private var isStreaming = false
  /// The connected socket that the order brings along, until libcurl has it.
  private var socket: CInt?
  private var lists: [UnsafeMutablePointer<curl_slist>] = []
  private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

  // Events to be reported
  private var isNoted = false
  private var hasMoved = false
  private var connectLimit: Double?
  private var headersAreNew = false
  private var failure: HTTPFailure?
  private var isFinished = false

  init(_ order: TransferOrder, owner: any TransferOwner) {
    self.order = order
    self.owner = owner
    socket = order.socket
    reader = ResponseReader(url: order.url.text, limit: order.maxHeaderSize)
    errorText.pointee = 0
  }

  deinit {
    if let socket { close(socket) }
    errorText.deallocate()
  }

  /// Takes a handle of libcurl's and tells it the order; false if libcurl cannot do that safely.
  func prepare(
    _ easy: UnsafeMutableRawPointer, _ engine: CurlEngine, data: UnsafeMutableRawPointer
  ) -> Bool {
    guard let lists = order.apply(to: easy) else { return false }
    self.lists = lists
    self.easy = easy
    self.engine = engine
    let own = Unmanaged.passUnretained(self).toOpaque()
    aecurl_set_object(easy, CURLOPT_ERRORBUFFER, errorText)
    for option in [
      CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA,
      CURLOPT_OPENSOCKETDATA, CURLOPT_SOCKOPTDATA, CURLOPT_PREREQDATA,
    ] { aecurl_set_object(easy, option, own) }
    // A connection is closed when the transfer may be gone, by the engine.
    aecurl_set_object(easy, CURLOPT_CLOSESOCKETDATA, data)
    // While others keep the engine, connections that were unused for too long are not used again.
    let age = max(1, min(engine.idleTimeout, 1_000_000))
    aecurl_set_long(easy, CURLOPT_MAXAGE_CONN, Int(age.rounded(.up)))
    Self.setFunctions(of: easy)
    return true
  }

  /// Gives the handle back, after libcurl has removed it.
  func release() {
    guard let easy else { return }
    aecurl_set_object(easy, CURLOPT_SHARE, nil)
    aecurl_set_object(easy, CURLOPT_ERRORBUFFER, nil)
    dropHandle()
    if !isFinished { owner = nil }
  }

  /// Tells its owner nothing any more.
  func forgetOwner() { owner = nil }

  /// Ends without libcurl; is to be followed by ``report()``.
  func refuse(_ reason: String) {
    failure = HTTPFailure(599, reason)
    isFinished = true
    dropHandle()
  }

  private func dropHandle() {
    for list in lists { curl_slist_free_all(list) }
    lists = []
    easy = nil
  }

  /// libcurl is done.
  func finish(_ result: CURLcode) {
    guard !isFinished else { return }
    isFinished = true
    if result != CURLE_OK, failure == nil, let easy {
      failure = HTTPFailure(result, phase, easy, text: String(cString: errorText), order)
    } else if failure == nil, !reader.isComplete {
      failure = HTTPFailure(596, "the connection has ended inside of the headers")
    }
    note()
  }

  /// Tells the owner the events since the last report.
  func report() {
    isNoted = false
    if hasMoved {
      hasMoved = false
      let limit = connectLimit
      connectLimit = nil
      owner?.transferMoved(connectingWithin: limit)
    }
    if headersAreNew {
      headersAreNew = false
      isStreaming = owner?.transferHasHeaders(reader.headers) ?? false
    }
    if isStreaming, !body.isEmpty {
      let piece = body
      body = []
      owner?.transferHasPiece(piece)
    }
    guard isFinished, let owner else { return }
    self.owner = nil
    owner.transferEnded(failure, reader.headers, body)
  }

  private func note() {
    guard !isNoted else { return }
    isNoted = true
    engine?.note(self)
  }

  private func move() {
    hasMoved = true
    note()
  }
}

// MARK: - What libcurl calls

extension Transfer {
  private static func of(_ data: UnsafeMutableRawPointer?) -> Transfer? {
    data.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
  }

  private static func setFunctions(of easy: UnsafeMutableRawPointer) {
    aecurl_set_data_function(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, data in
      let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
      return Transfer.of(data)?.takeBody(piece) == true ? piece.count : 0
    }
    aecurl_set_data_function(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, data in
      let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
      return Transfer.of(data)?.takeHeader(line) == true ? line.count : 0
    }
    aecurl_set_data_function(easy, CURLOPT_READFUNCTION) { bytes, size, count, data in
      Transfer.of(data)?.send(
        into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
        ?? 0
    }
    aecurl_set_seek_function(easy) { data, offset, origin in
      Transfer.of(data)?.seek(to: Int(offset), origin) == true
        ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL
    }
    aecurl_set_socket_functions(
      easy, { data, _, address in Transfer.of(data)?.open(address) ?? -1 },
      { data, _, _ in
        Transfer.of(data)?.order.socket == nil
          ? CURL_SOCKOPT_OK : CURL_SOCKOPT_ALREADY_CONNECTED
      },
      { data, socket in
        CurlEngine.of(data)?.close(socket)
        return 0
      })
    aecurl_set_start_function(easy) { data, _, _, _, _ in
      Transfer.of(data)?.begin()
      return CURL_PREREQFUNC_OK
    }
  }

  private func open(_ address: UnsafeMutablePointer<curl_sockaddr>?) -> CInt {
    phase = .connecting
    if order.socket != nil {
      let ready = socket ?? -1
      socket = nil
      if ready >= 0 { engine?.opened(ready) }
      move()
      return ready
    }
    let made = aecurl_socket(address)
    guard made >= 0 else { return -1 }
    engine?.opened(made)
    if let address, let host = Self.host(of: address) { tried.insert(host) }
    if let onPrepare = order.onPrepare {
      let limit = onPrepare(made)
      connectLimit = limit > 0 ? limit : nil
    }
    move()
    return made
  }

  private static func host(of address: UnsafeMutablePointer<curl_sockaddr>) -> String? {
    // The address is longer than libcurl's structure says.
    let start = MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 16
    return SocketAddress(UnsafeRawPointer(address) + start, length: address.pointee.addrlen)?.host
  }

  /// The connection is there.
  private func begin() {
    phase = .sending
    move()
  }

  private func takeHeader(_ line: UnsafeRawBufferPointer) -> Bool {
    let wasComplete = reader.isComplete
    guard reader.take(line) else {
      failure = HTTPFailure(
        phase == .receivingBody ? 597 : 596,
        "the headers have more than \(order.maxHeaderSize) bytes")
      return false
    }
    if reader.isComplete, !wasComplete {
      phase = .receivingBody
      headersAreNew = true
    }
    move()
    return true
  }

  private func takeBody(_ piece: UnsafeRawBufferPointer) -> Bool {
    received += piece.count
    if let most = order.maxBodySize, received > most {
      failure = HTTPFailure(597, "the body has more than \(most) bytes")
      return false
    }
    body.append(contentsOf: piece)
    move()
    return true
  }

  private func send(into target: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(target.count, order.body.count - sent)
    order.body.bytes.withUnsafeBytes {
      target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[sent..<sent + count]))
    }
    sent += count
    move()
    return count
  }

  /// Sends the body anew, on another connection.
  private func seek(to offset: Int, _ origin: CInt) -> Bool {
    guard origin == SEEK_SET, (0...order.body.count).contains(offset) else { return false }
    sent = offset
    return true
  }
}
