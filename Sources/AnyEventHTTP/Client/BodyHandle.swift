public import AnyEvent

extension HTTPClient {
  /// Sends a request and calls `done` once, when the headers have arrived, with a handle that reads the
  /// body.
  ///
  /// The handle is the caller's and reads the body as it arrives, decrypted and without its transfer encoding; a body
  /// that is cut off ends like a whole one. Bytes that are written to it go nowhere, and destroying it ends the
  /// request. It is nil if an error occurred, or if the response has no body. There is no time-out behind the
  /// headers. Corresponds to `want_body_handle` of Perl's `http_request`.
  @discardableResult
  public func open(
    _ request: HTTPRequest, _ done: @escaping (_ body: Handle?, _ headers: HTTPHeaders) -> Void
  ) -> HTTPExchange {
    let feed = BodyFeed(on: loop, request.method, request.onHeader, done)
    var request = request
    request.onHeader = { feed.begin($0) }
    request.onBody = { piece, _ in feed.pass(piece) }
    let exchange = send(request) { feed.end($0.headers) }
    feed.exchange = exchange
    return exchange
  }
}

/// Hands a body on through a pair of sockets, one of which is the caller's handle.
private final class BodyFeed {
  weak var exchange: HTTPExchange?
  private let loop: Loop
  private let method: String
  private let onHeader: ((HTTPHeaders) -> Bool)?
  private var done: ((Handle?, HTTPHeaders) -> Void)?
  private var handle: Handle?
  /// Why there is no handle.
  private var problem: SystemError?
  /// How many bytes were passed since the caller had read all.
  private var waiting = 0
  /// How many bytes may wait for the caller before the server has to.
  private let most = 1 << 18

  init(
    on loop: Loop, _ method: String, _ onHeader: ((HTTPHeaders) -> Bool)?,
    _ done: @escaping (Handle?, HTTPHeaders) -> Void
  ) {
    self.loop = loop
    self.method = method
    self.onHeader = onHeader
    self.done = done
  }

  /// The headers have arrived.
  func begin(_ headers: HTTPHeaders) -> Bool {
    if let onHeader, !onHeader(headers) { return false }
    // Such a response has no body.
    guard exchange?.isActive == true, method != "HEAD", headers.status != 204,
      headers.status != 304
    else { return true }
    let ends: DescriptorPair
    do throws(SystemError) {
      ends = try DescriptorPair(isSocket: true, isBlocking: false)
    } catch {
      // The end of the request says it.
      problem = error
      return false
    }
    let done = done
    self.done = nil
    let own = Handle(
      fh: ends.first, on: loop,
      on_error: { [weak self] _, _, _ in self?.exchange?.cancel() },
      on_eof: { [weak self] _ in self?.exchange?.cancel() },
      on_drain: { [weak self] _ in self?.drained() })
    // Bytes that the caller writes are dropped, but the end of its stream is noticed.
    own.on_read = { $0.rbuf.removeAll() }
    handle = own
    exchange?.waitForever()
    done?(Handle(fh: ends.second, on: loop), headers)
    return true
  }

  func pass(_ piece: HTTPBody) -> Bool {
    guard let handle else { return true }
    waiting += piece.count
    handle.push_write(piece.bytes)
    if waiting > most { exchange?.isPaused = true }
    return true
  }

  private func drained() {
    waiting = 0
    exchange?.isPaused = false
  }

  /// The request is over.
  func end(_ headers: HTTPHeaders) {
    handle?.destroy()
    handle = nil
    let done = done
    self.done = nil
    var headers = headers
    if let problem { (headers.status, headers.reason) = (599, problem.description) }
    done?(nil, headers)
  }
}
