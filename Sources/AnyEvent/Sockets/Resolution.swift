internal import CLibUV
internal import Glibc

/// A resolution of a host name that is under way; it is cancelled when its last reference goes.
public final class Resolution {
  private let loop: Loop
  private let request: ResolverRequest?
  private var callback: ((Result<[SocketAddress], SocketError>) -> Void)?

  init(
    on loop: Loop, _ host: String, _ service: String,
    _ callback: @escaping (Result<[SocketAddress], SocketError>) -> Void
  ) {
    self.loop = loop
    guard loop.state == .open else {
      request = nil
      return
    }
    self.callback = callback
    guard let immediate = Self.known(host, service) else {
      let request = ResolverRequest(on: loop)
      self.request = request
      request.resolution = self
      request.start(host, service)
      return
    }
    request = nil
    loop.postpone { [weak self] in self?.finish(immediate) }
  }

  /// Makes sure that the callback is not called; may be called more than once.
  public func cancel() {
    guard callback != nil else { return }
    loop.preconditionOnLoop()
    let held = callback
    callback = nil
    request?.cancel()
    withExtendedLifetime(held) {}
  }

  func finish(_ result: Result<[SocketAddress], SocketError>) {
    let callback = self.callback
    self.callback = nil
    callback?(result)
  }

  /// What needs no resolver: paths and numeric addresses.
  private static func known(
    _ host: String, _ service: String
  ) -> Result<[SocketAddress], SocketError>? {
    if host == "unix/" {
      guard let address = SocketAddress(path: service) else {
        return .failure(
          SocketError("cannot use \"\(service)\" as a socket path", code: ENAMETOOLONG))
      }
      return .success([address])
    }
    guard let numeric = SocketAddress(ip: host, port: 0) else { return nil }
    guard let port = lookUpPort(service) else {
      return .failure(
        SocketError(code: ENXIO, "\"\(service)\" is neither a port nor a known service"))
    }
    return .success([SocketAddress(numeric.kind, port: port)])
  }

  deinit { cancel() }
}

/// The libuv request of a resolution.
///
/// libuv holds it until the callback, which comes in any case; the loop is kept until then.
final class ResolverRequest {
  private let loop: Loop
  private let pointer = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)
  private var host = ""
  weak var resolution: Resolution?

  init(on loop: Loop) { self.loop = loop }

  func start(_ host: String, _ service: String) {
    self.host = host
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
    let wanted = portNumber(service).map { String($0) } ?? service
    pointer.pointee.data = Unmanaged.passRetained(self).toOpaque()
    let status = uv_getaddrinfo(
      loop.uv, pointer,
      { request, status, list in
        guard let request else { return }
        let known = Unmanaged<ResolverRequest>.fromOpaque(request.pointee.data).takeRetainedValue()
        known.completed(status, list)
      }, host, wanted, &hints)
    guard status != 0 else {
      loop.ledger.opened()
      loop.requests[ObjectIdentifier(self)] = self
      return
    }
    Unmanaged.passUnretained(self).release()
    loop.postpone { [self] in resolution?.finish(failure(status)) }
  }

  /// Makes sure that nothing is reported any more.
  func abandon() {
    resolution?.cancel()
    cancel()
  }

  func cancel() {
    uv_cancel(UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: uv_req_t.self))
  }

  private func completed(_ status: CInt, _ list: UnsafeMutablePointer<addrinfo>?) {
    loop.entered {
      loop.wasBusy = true
      loop.requests[ObjectIdentifier(self)] = nil
      var addresses: [SocketAddress] = []
      var next = status == 0 ? list : nil
      while let info = next?.pointee {
        if let native = info.ai_addr, let address = SocketAddress(native, length: info.ai_addrlen) {
          addresses.append(address)
        }
        next = info.ai_next
      }
      uv_freeaddrinfo(list)
      resolution?.finish(addresses.isEmpty ? failure(status) : .success(addresses))
    }
    loop.ledger.closed()
  }

  private func failure(_ status: CInt) -> Result<[SocketAddress], SocketError> {
    let reason = status == 0 ? "it has no address" : describe(status)
    return .failure(SocketError(code: ENXIO, "cannot resolve \"\(host)\": \(reason)"))
  }

  deinit { pointer.deallocate() }
}

extension Loop {
  /// Finds the addresses of a host, in the order in which they should be tried.
  ///
  /// Numeric addresses and `"unix/"` with a path need no resolver. The callback is never called
  /// before this returns. A resolution under way keeps the host's `uv_run` from returning: libuv
  /// has no other way.
  public func resolve(
    _ host: String, _ service: any TCPService,
    _ callback: @escaping (Result<[SocketAddress], SocketError>) -> Void
  ) -> Resolution {
    preconditionOnLoop()
    return Resolution(on: self, host, service.tcpService, callback)
  }
}
