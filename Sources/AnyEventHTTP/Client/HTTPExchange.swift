internal import AnyEvent
internal import Glibc

/// A request on its way to its response, through all redirections.
///
/// Its client keeps it alive. Corresponds to what Perl's `http_request` returns.
public final class HTTPExchange {
  private let client: HTTPClient
  /// The request, changed by redirections.
  private var request: HTTPRequest
  private var done: ((HTTPResponse) -> Void)?
  private var work = Work.none
  private var timer: TimerWatcher?
  private var url: HTTPURL?
  private var redirectsLeft: Int
  private var redirect: HTTPResponse?
  /// Where the response wants us to go, once it is whole.
  private var location: String?
  /// The beginning of the body of such a response, if the caller takes bodies in pieces.
  private var redirectBody: [UInt8] = []
  /// How many bytes (64 KiB) of that body are kept: a caller takes pieces because bodies may be long.
  private static let longestRedirectBody = 1 << 16
  /// The headers, once they have arrived.
  private var headers: HTTPHeaders?

  /// The kinds of work that the exchange waits for.
  private enum Work {
    case none
    case look(Resolution?)
    /// A connection that the request's own function makes.
    case connection(AnyObject?)
    case transfer(Transfer)
  }

  init(
    _ client: HTTPClient, _ request: HTTPRequest, _ done: @escaping (HTTPResponse) -> Void
  ) {
    self.client = client
    self.request = request
    self.done = done
    redirectsLeft = request.recurse ?? client.settings.maxRedirects
  }

  /// Whether the response is still to come.
  public var isActive: Bool { done != nil }

  /// Ends the request; its callbacks are not called any more.
  ///
  /// May be called more than once, and in its own callbacks.
  public func cancel() {
    guard done != nil else { return }
    client.loop.preconditionOnLoop()
    end()
  }

  /// Whether the rest of the response has to wait.
  var isPaused = false {
    didSet {
      if isPaused != oldValue, case .transfer(let transfer) = work {
        client.pause(transfer, isPaused)
      }
    }
  }

  /// Drops the time-out.
  func waitForever() {
    request.timeout = 0
    timer = nil
  }

  /// Gives up everything, and returns the callback.
  @discardableResult
  private func end() -> ((HTTPResponse) -> Void)? {
    // Released at the end: the deinitializer of an object that a callback held may cancel again.
    let held = (request, done, work)
    done = nil
    timer = nil
    work = .none
    request.onHeader = nil
    request.onBody = nil
    request.onPrepare = nil
    request.connect = nil
    if case .transfer(let transfer) = held.2 {
      transfer.forgetOwner()
      client.remove(transfer)
    }
    client.release(self)
    return held.1
  }

  private func finish(_ body: HTTPBody?, _ headers: HTTPHeaders) {
    let done = end()
    done?(HTTPResponse(body: body, headers: headers))
  }

  private func fail(_ failure: HTTPFailure) {
    var headers = self.headers ?? HTTPHeaders(url: url?.text ?? request.url)
    headers.redirect = redirect
    headers.fail(failure)
    finish(nil, headers)
  }
}

// MARK: - Starting

extension HTTPExchange {
  /// Begins the request, or the next one after a redirection.
  func begin(relativeTo base: HTTPURL? = nil) {
    headers = nil
    location = nil
    redirectBody = []
    url = nil
    do throws(HTTPFailure) {
      guard HTTPToken.isToken(request.method) else {
        throw HTTPFailure(599, "the method has to be a word such as GET")
      }
      var fields = request.headers
      fields.offer("User-Agent", client.settings.userAgent)
      if let complaint = fields.complaint { throw HTTPFailure(599, complaint) }
      let url = try HTTPURL(request.url, relativeTo: base)
      self.url = url
      if base != nil { request.url = url.text }
      connect(to: url)
    } catch {
      client.loop.postpone { [self] in fail(error) }
    }
  }

  private var proxy: HTTPProxy? {
    switch request.proxy {
    case .standard: client.settings.proxy
    case .direct: nil
    case .through(let proxy): proxy
    }
  }

  private func connect(to url: HTTPURL) {
    let host = proxy?.host ?? url.host
    let port = proxy?.port ?? url.port
    guard let connector = request.connect else {
      return look(for: host, port) { [self] in start(url, addresses: $0) }
    }
    move()
    var isOver = false
    let prepare = request.onPrepare ?? { _ in 0 }
    // The function may call back before it returns.
    work = .connection(nil)
    let connection = connector(
      host, port,
      { [weak self] socket in
        guard !isOver, let self, case .connection = work else {
          if let socket { close(socket) }
          return
        }
        let code = errno
        isOver = true
        if let socket {
          start(url, socket: socket)
        } else {
          client.loop.postpone { [self] in
            fail(HTTPFailure(595, code == 0 ? "no connection" : String(cString: strerror(code))))
          }
        }
      }, prepare)
    if case .connection = work, !isOver { work = .connection(connection) }
  }

  private func look(
    for host: String, _ port: Int, _ found: @escaping (_ addresses: [String]) -> Void
  ) {
    if HTTPURL.isNumeric(host) { return found([]) }
    work = .look(nil)
    let resolution = client.addresses(of: host, port) { [weak self] result in
      guard let self, isActive else { return }
      switch result {
      case .success(let addresses): found(addresses)
      case .failure(let error): fail(HTTPFailure(595, error.description))
      }
    }
    if case .look = work { work = .look(resolution) }
  }

  private func start(_ url: HTTPURL, addresses: [String] = [], socket: CInt? = nil) {
    let isPersistent = request.isPersistent && socket == nil
    let order = TransferOrder(
      method: request.method, url: url, fields: fields(url, isPersistent), body: request.body,
      isPersistent: isPersistent, proxy: proxy, addresses: addresses, socket: socket,
      cookies: request.cookies, trust: request.trust, bind: request.bind,
      maxHeaderSize: client.settings.maxHeaderSize, maxBodySize: request.maxBodySize,
      onPrepare: request.onPrepare)
    let transfer = Transfer(order, owner: self)
    work = .transfer(transfer)
    timer = nil
    if !client.start(transfer) {
      transfer.forgetOwner()
      client.loop.postpone { [self] in
        fail(HTTPFailure(599, "there is no memory for a request"))
      }
    }
  }

  /// The fields that are sent: the request's own, and those that it leaves to this module.
  private func fields(_ url: HTTPURL, _ isPersistent: Bool) -> HTTPFields {
    var fields = request.headers
    fields.offer("User-Agent", client.settings.userAgent)
    fields.offer("Referer", url.referer)
    fields.offer("TE", "trailers")
    let te = fields["TE"] == nil ? [] : ["TE"]
    let keeps = isPersistent && (request.keepalive ?? (proxy == nil))
    let connection = (isPersistent ? (keeps ? ["keep-alive"] : []) : ["close"]) + te
    fields.offer("Connection", connection.isEmpty ? nil : connection.joined(separator: ", "))
    for name in ["Accept", "Content-Type", "Expect"] { fields.offer(name, nil) }
    fields.forget("Content-Length")
    if request.cookies != nil { fields.forget("Cookie") }
    return fields
  }
}

// MARK: - Progress

extension HTTPExchange: TransferOwner {
  /// Lets the time-out begin anew.
  private func move(connectingWithin limit: Double? = nil) {
    let seconds = limit ?? request.timeout ?? client.settings.timeout
    guard seconds > 0 else {
      timer = nil
      return
    }
    timer = client.loop.timer(after: seconds) { [unowned self] in
      if tryOtherAddresses() { return }
      var status = 595
      if case .transfer(let transfer) = work { status = HTTPFailure.status(in: transfer.phase) }
      fail(HTTPFailure(status, String(cString: strerror(ETIMEDOUT))))
    }
  }

  /// Connects to the addresses that were not tried yet; false if there are none.
  ///
  /// libcurl would wait for the first address of a family as long as for a whole request.
  private func tryOtherAddresses() -> Bool {
    guard case .transfer(let transfer) = work, transfer.phase == .connecting, let url else {
      return false
    }
    let addresses = transfer.order.addresses
    let left = addresses.filter { !transfer.tried.contains($0) }
    guard !left.isEmpty, left.count < addresses.count else { return false }
    transfer.forgetOwner()
    client.remove(transfer)
    start(url, addresses: left)
    return true
  }

  /// The headers with two facts that only the exchange knows: the response that has redirected to them, and the whole
  /// URL of their location.
  private func completed(_ arrived: HTTPHeaders) -> HTTPHeaders {
    var headers = arrived
    headers.redirect = redirect
    if let location = headers.fields["location"],
      let absolute = try? HTTPURL(location, relativeTo: url)
    {
      headers.fields["location"] = absolute.text
    }
    return headers
  }

  func transferMoved(connectingWithin limit: Double?) { move(connectingWithin: limit) }

  func transferHasHeaders(_ arrived: HTTPHeaders) -> Bool {
    let headers = completed(arrived)
    self.headers = headers
    if redirectsLeft > 0, [301, 302, 303, 307, 308].contains(headers.status) {
      location = headers.fields["location"]
      if location != nil { return request.onBody != nil }
    }
    guard let onHeader = request.onHeader else { return request.onBody != nil }
    let goesOn = onHeader(headers)
    guard isActive else { return false }
    if !goesOn { fail(HTTPFailure(598, "on_header has ended the request")) }
    return request.onBody != nil
  }

  func transferHasPiece(_ piece: [UInt8]) {
    guard let onBody = request.onBody, let headers else { return }
    guard location == nil else {
      redirectBody += piece.prefix(Self.longestRedirectBody - redirectBody.count)
      return
    }
    let goesOn = onBody(HTTPBody(piece), headers)
    if isActive, !goesOn { fail(HTTPFailure(598, "on_body has ended the request")) }
  }

  func transferEnded(_ failure: HTTPFailure?, _ arrived: HTTPHeaders, _ body: [UInt8]) {
    work = .none
    if let failure { return fail(failure) }
    // With the trailers.
    let headers = completed(arrived)
    guard let location, let url else { return finish(HTTPBody(body), headers) }
    redirect = HTTPResponse(body: HTTPBody(redirectBody + body), headers: headers)
    redirectsLeft -= 1
    timer = nil
    follow(location, from: url, headers.status)
  }

  private func follow(_ location: String, from url: HTTPURL, _ status: Int) {
    let next = try? HTTPURL(location, relativeTo: url)
    request = request.redirected(by: status, isSameOrigin: next?.hasOrigin(of: url) ?? false)
    request.url = location
    begin(relativeTo: url)
  }
}
