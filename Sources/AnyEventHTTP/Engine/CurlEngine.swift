internal import AnyEvent
internal import CCurl
internal import Glibc

/// The connections of a client: libcurl's multi interface, driven by watchers of the loop.
///
/// libcurl must not be called from its own callbacks, so transfers only note its events there, and report them when
/// libcurl has returned. The only callbacks of a user that run inside are `onPrepare`'s, and requests that they start
/// or cancel wait until then.
final class CurlEngine {
  private let loop: Loop
  private let multi: UnsafeMutableRawPointer
  private let process = getpid()
  private var watches: [CInt: SocketWatch] = [:]
  private var timer: TimerWatcher?
  /// Counts libcurl's wishes for the timer, so that an outdated wish is recognised.
  private var timerWish = 0
  private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]
  /// The transfers that have something to report.
  private var news: [Transfer] = []
  /// Whether libcurl is running.
  private var isInside = false
  /// Calls that have to wait until libcurl has returned.
  private var postponed: [() -> Void] = []
  /// Handles that can be used again.
  private var spare: [UnsafeMutableRawPointer] = []
  /// The sockets that libcurl has.
  private var sockets: Set<CInt> = []
  private var life: TimerWatcher?
  /// Ends the engine when the loop forgets the timer.
  private weak var closing: Guard?
  private var isOver = false
  /// Seconds after which unused connections are closed.
  var idleTimeout: Double
  /// Whether the engine may be needed soon, though nothing is transferred.
  var isAwaited: (() -> Bool)?
  /// Called once when the engine has ended, because it was idle or because the loop was closed.
  var ended: (() -> Void)?

  private struct SocketWatch {
    var reading: IOWatcher?
    var writing: IOWatcher?
  }

  /// An engine; nil if there is no memory for one.
  init?(on given: Loop, _ settings: HTTPSettings) {
    CurlLibrary.prepare()
    guard let multi = curl_multi_init() else { return nil }
    loop = given
    self.multi = multi
    idleTimeout = settings.idleTimeout
    aecurl_multi_set_functions(
      multi,
      { _, socket, what, data, _ in
        CurlEngine.of(data)?.watch(socket, what)
        return 0
      },
      { _, milliseconds, data in
        CurlEngine.of(data)?.setTimer(milliseconds)
        return 0
      }, Unmanaged.passUnretained(self).toOpaque())
    limit(connectionsPerHost: settings.maxConnectionsPerHost)
    stayAlive()
  }

  deinit { end() }

  /// How many connections are busy.
  var activeConnections: Int { watches.count }

  /// Sets how many connections to one host there may be.
  func limit(connectionsPerHost: Int) {
    let count = max(1, min(connectionsPerHost, 1_000_000))
    // In a callback, in which a program may set it, libcurl would refuse it.
    outside { [self] in
      if !isOver { aecurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, count) }
    }
  }

  static func of(_ data: UnsafeMutableRawPointer?) -> CurlEngine? {
    data.map { Unmanaged<CurlEngine>.fromOpaque($0).takeUnretainedValue() }
  }
}

// MARK: - Transfers

extension CurlEngine {
  /// Starts a transfer, which reports to its owner until it ends or is removed.
  func start(_ transfer: Transfer) {
    outside { [self] in
      if isOver { return refuse(transfer, "the client has been closed") }
      guard let easy = spare.popLast() ?? curl_easy_init() else {
        return refuse(transfer, "there is no memory for a request")
      }
      guard transfer.prepare(easy, self, data: Unmanaged.passUnretained(self).toOpaque()) else {
        curl_easy_cleanup(easy)
        return refuse(
          transfer,
          "libcurl does not take the certificates or methods of tls_ctx: give certificates as files, or use a libcurl that was built with OpenSSL"
        )
      }
      transfers[easy] = transfer
      let status = curl_multi_add_handle(multi, easy)
      if status != CURLM_OK {
        transfers[easy] = nil
        curl_easy_cleanup(easy)
        refuse(transfer, "the request cannot be started")
      }
    }
  }

  /// Removes a transfer, which reports nothing any more.
  func remove(_ transfer: Transfer) {
    outside { [self] in
      guard !leaveToParent(), let easy = transfer.easy, transfers[easy] === transfer else { return }
      curl_multi_remove_handle(multi, easy)
      release(transfer, easy)
      rest()
    }
  }

  /// Lets a paused transfer go on, or pauses it.
  func pause(_ transfer: Transfer, _ isPaused: Bool) {
    outside { [self] in
      guard !leaveToParent(), let easy = transfer.easy, transfers[easy] === transfer else { return }
      // Going on delivers the bytes that have arrived meanwhile.
      enter { curl_easy_pause(easy, isPaused ? CURLPAUSE_RECV : CURLPAUSE_CONT) }
    }
  }

  private func refuse(_ transfer: Transfer, _ reason: String) {
    transfer.refuse(reason)
    loop.postpone { transfer.report() }
  }

  /// Remembers that a transfer has something to report, once.
  func note(_ transfer: Transfer) { news.append(transfer) }

  private func release(_ transfer: Transfer, _ easy: UnsafeMutableRawPointer) {
    transfers[easy] = nil
    transfer.release()
    // A handle that has had cookies would look for more.
    if spare.count < 16, transfer.order.cookies == nil {
      curl_easy_reset(easy)
      spare.append(easy)
    } else {
      curl_easy_cleanup(easy)
    }
  }

  /// Calls `body` as soon as libcurl is not running.
  private func outside(_ body: @escaping () -> Void) {
    if isInside { postponed.append(body) } else { body() }
  }

  /// Calls libcurl, and afterwards the closures that had to wait for its end.
  private func enter(_ body: () -> Void) {
    withExtendedLifetime(self) {
      isInside = true
      body()
      isInside = false
      while !postponed.isEmpty {
        let waiting = postponed
        postponed = []
        for body in waiting { body() }
      }
      report()
    }
  }

  private func report() {
    var result = CURLE_OK
    while !isOver, let easy = aecurl_multi_next_done(multi, &result) {
      guard let transfer = transfers[easy] else { continue }
      transfer.finish(result)
      curl_multi_remove_handle(multi, easy)
      release(transfer, easy)
    }
    while !isOver, !news.isEmpty {
      let told = news
      news = []
      for transfer in told { transfer.report() }
    }
  }
}

// MARK: - Events of the loop

extension CurlEngine {
  private func watch(_ socket: CInt, _ what: CInt) {
    guard !isOver else { return }
    guard what != CURL_POLL_REMOVE else {
      watches[socket] = nil
      return
    }
    var watch = watches[socket] ?? SocketWatch()
    if what & CURL_POLL_IN == 0 {
      watch.reading = nil
    } else if watch.reading == nil {
      watch.reading = loop.io(socket, .read) { [unowned self] in ready(socket, CURL_CSELECT_IN) }
    }
    if what & CURL_POLL_OUT == 0 {
      watch.writing = nil
    } else if watch.writing == nil {
      watch.writing = loop.io(socket, .write) { [unowned self] in ready(socket, CURL_CSELECT_OUT) }
    }
    watches[socket] = watch
  }

  private func ready(_ socket: CInt, _ event: CInt) {
    guard !leaveToParent() else { return }
    var running: CInt = 0
    enter { curl_multi_socket_action(multi, socket, event, &running) }
  }

  private func setTimer(_ milliseconds: Int) {
    timerWish += 1
    timer = nil
    let wish = timerWish
    if milliseconds == 0 {
      // Work that is ready is no matter of time.
      loop.postpone { [weak self] in
        if let self, timerWish == wish { expired() }
      }
    } else if milliseconds > 0 {
      timer = loop.timer(after: Double(milliseconds) / 1000) { [unowned self] in expired() }
    }
  }

  private func expired() {
    guard !isOver, !leaveToParent() else { return }
    var running: CInt = 0
    enter { curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running) }
  }

  /// Remembers a socket that libcurl gets.
  func opened(_ socket: CInt) { sockets.insert(socket) }

  /// Closes a socket of libcurl's.
  func close(_ socket: CInt) {
    watches[socket] = nil
    sockets.remove(socket)
    Glibc.close(socket)
  }
}

// MARK: - Ending

extension CurlEngine {
  /// Begins the time after which the engine ends, unless it is needed.
  func rest() {
    if !isOver, !isNeeded { stayAlive() }
  }

  private var isNeeded: Bool { !transfers.isEmpty || isAwaited?() == true }

  /// Ends the engine when it has been idle for a while, or when the loop is closed.
  ///
  /// A loop that is closed forgets the callbacks of its timers, and with this one the guard.
  private func stayAlive() {
    closing?.cancel()
    let closing = Guard(on: loop) { [weak self] in self?.end() }
    self.closing = closing
    // While it is needed it is only asked now and then: a time-out of 0 would keep the loop from sleeping.
    let wait = isNeeded ? max(1, idleTimeout) : max(0, idleTimeout)
    life = loop.timer(after: wait) { [unowned self] in
      closing.cancel()
      if isNeeded { stayAlive() } else { end() }
    }
  }

  /// Ends all transfers without a report, and closes all connections.
  func end() {
    guard !isOver else { return }
    if isInside { return postponed.append { [self] in end() } }
    if leaveToParent() { return }
    let left = transfers
    stop()
    for (easy, transfer) in left {
      curl_multi_remove_handle(multi, easy)
      transfer.release()
      curl_easy_cleanup(easy)
    }
    for easy in spare { curl_easy_cleanup(easy) }
    spare = []
    curl_multi_cleanup(multi)
    tellEnd()
  }

  /// Gives up the connections in the child of a fork, where they are shared with the parent.
  ///
  /// libcurl is not told: it would take leave of the servers in the parent's name.
  @discardableResult
  func leaveToParent() -> Bool {
    guard getpid() != process else { return false }
    guard !isOver else { return true }
    let left = transfers
    stop()
    for socket in sockets { Glibc.close(socket) }
    for transfer in left.values {
      refuse(transfer, "the process has forked, and the connection stays with the parent")
    }
    tellEnd()
    return true
  }

  private func stop() {
    isOver = true
    closing?.cancel()
    timer = nil
    life = nil
    watches = [:]
    for transfer in news { transfer.forgetOwner() }
    news = []
    transfers = [:]
  }

  private func tellEnd() {
    let ended = ended
    self.ended = nil
    ended?()
  }
}
