internal import Glibc

/// A resolver for all records of the domain name system, and functions for the common ones.
///
/// Callbacks are called once, on the loop, never before the call returns, and with an empty result if there is no
/// record, or if no server answers. Needs a name server that asks others; what it says is not verified. The loop's
/// thread only. Corresponds to Perl's `AnyEvent::DNS`.
public final class DNS {
  private let lookups: RecordLookups
  private let loop: Loop

  private init(_ lookups: RecordLookups, _ loop: Loop) {
    self.lookups = lookups
    self.loop = loop
  }

  /// The loop's resolver, which asks the servers of `/etc/resolv.conf`, or of the file that
  /// `PERL_ANYEVENT_RESOLV_CONF` names, at most 10 questions at once (`PERL_ANYEVENT_MAX_OUTSTANDING_DNS`).
  ///
  /// It finds the addresses that `tcp_connect` and all others connect to as well. When it is set, it takes the
  /// settings of the other one: `DNS.resolver = DNS(server: ["10.0.0.1"])`. Corresponds to Perl's
  /// `AnyEvent::DNS::resolver` and `$AnyEvent::DNS::RESOLVER`.
  public static var resolver: DNS {
    get {
      let loop = Loop.current
      if let known = loop[only: RecordLookups.self] { return DNS(known, loop) }
      let limit = getenv("PERL_ANYEVENT_MAX_OUTSTANDING_DNS").map { Int(atoi($0)) } ?? 10
      let made = RecordLookups(loop.resolver, on: loop, limit: limit)
      loop[only: RecordLookups.self] = made
      return DNS(made, loop)
    }
    set {
      newValue.loop.preconditionOnLoop()
      let known = resolver.lookups
      known.resolver.take(newValue.lookups.resolver)
      known.limit = newValue.lookups.limit
    }
  }

  /// A resolver with settings of its own.
  ///
  /// - Parameters:
  ///   - server: numeric addresses, each with or without a port (`"10.0.0.1"`, `"[::1]:5353"`); those of
  ///     `/etc/resolv.conf` if there are none.
  ///   - timeout: seconds for each attempt. The first and the number count: c-ares doubles the time for
  ///     each further attempt. A question ends after their sum, in any case.
  ///   - search: the domains that are put behind names, in turn; nil for the list of `/etc/resolv.conf`.
  ///   - ndots: the dots that a name must have to be asked for as it is at first.
  ///   - max_outstanding: how many questions may be under way; further ones wait.
  public init(
    server: [String] = [], timeout: [Double] = [2, 5, 5], search: [String]? = nil,
    ndots: Int? = nil,
    max_outstanding: Int = 10
  ) {
    loop = .current
    let resolver = Resolver(on: loop)
    resolver.servers = server.map(ResolverFile.server)
    resolver.domains = search
    resolver.dots = ndots
    lookups = RecordLookups(resolver, on: loop, limit: max_outstanding)
    self.timeout(timeout)
  }

  /// Sets the time for each attempt, in seconds.
  public func timeout(_ seconds: Double...) { timeout(seconds) }

  private func timeout(_ seconds: [Double]) {
    guard let first = seconds.first else { return }
    lookups.resolver.tryTime = first
    lookups.resolver.tries = seconds.count
    lookups.resolver.timeLimit = seconds.reduce(0, +)
  }

  /// Sets how many questions may be under way; further ones wait.
  public func max_outstanding(_ count: Int) { lookups.limit = count }

  /// Takes the settings of `/etc/resolv.conf`; questions that are under way go on as they are.
  public func os_config() {
    lookups.resolver.servers = []
    lookups.resolver.domains = nil
    lookups.resolver.dots = nil
  }

  /// Takes the settings of a text that is written as `/etc/resolv.conf` is.
  ///
  /// Known are `nameserver`, `domain`, `search`, and of `options` `timeout`, `attempts` and `ndots`. All
  /// else is passed over.
  public func parse_resolv_conf(_ text: String) {
    let settings = ResolverFile(text)
    let resolver = lookups.resolver
    if !settings.servers.isEmpty { resolver.servers = settings.servers }
    if let domains = settings.domains { resolver.domains = domains }
    if let dots = settings.dots { resolver.dots = dots }
    guard settings.timeout != nil || settings.attempts != nil else { return }
    let time = settings.timeout ?? resolver.tryTime
    timeout(Array(repeating: time, count: settings.attempts ?? resolver.tries))
  }

  /// Asks for the records of a name.
  ///
  /// - Parameters:
  ///   - qname: the name; with a dot at its end nothing is put behind it.
  ///   - qtype: the type in small letters, or a number; `"*"` for all.
  ///   - search: the domains that are put behind the name, in turn, in place of the resolver's list; `""` for the
  ///     name alone.
  ///   - accept: the types that are given out; only `qtype` unless it is set. With `"cname"` aliases are
  ///     not followed.
  ///   - class: `"in"`, `"ch"` or `"hs"`.
  ///   - cb: gets the records.
  public func resolve(
    _ qname: String, _ qtype: String, search: [String]? = nil, accept: [String]? = nil,
    class: String = "in", _ cb: @escaping ([DNSRecord]) -> Void
  ) {
    loop.preconditionOnLoop()
    lookups.find(
      .init(name: qname, type: qtype, search: search, accept: accept, class: `class`), cb)
  }

  /// Sends one request to the servers in turn; `cb` gets the answer, or nil if none answers, or if the
  /// request has a name that is too long or a word that DNS does not know.
  ///
  /// Answers that were cut off are asked for again by TCP.
  public func request(_ req: DNSMessage, _ cb: @escaping (DNSMessage?) -> Void) {
    loop.preconditionOnLoop()
    guard let message = req.packed(usesEDNS: lookups.resolver.usesEDNS) else {
      return loop.postpone { cb(nil) }
    }
    lookups.request(message, cb)
  }

  /// Calls `cb` when a question would be asked at once.
  public func wait_for_slot(_ cb: @escaping (DNS) -> Void) {
    loop.preconditionOnLoop()
    lookups.waitForSlot { cb(self) }
  }

  /// The bytes of a message without its records; nil if a name is too long or a word is unknown.
  ///
  /// Corresponds to Perl's `AnyEvent::DNS::dns_pack`.
  public static func dns_pack(_ dns: DNSMessage) -> [UInt8]? { dns.packed() }

  /// The message that these bytes are; nil if they are none.
  ///
  /// Corresponds to Perl's `AnyEvent::DNS::dns_unpack`.
  public static func dns_unpack(_ pkt: [UInt8]) -> DNSMessage? { DNSMessage(pkt) }
}

// MARK: - Common questions

extension DNS {
  /// Finds the IPv4 addresses of a domain, in text form.
  public static func a(_ domain: String, _ cb: @escaping (_ addresses: [String]) -> Void) {
    targets(domain, "a", cb)
  }

  /// Finds the IPv6 addresses of a domain, in text form.
  public static func aaaa(_ domain: String, _ cb: @escaping (_ addresses: [String]) -> Void) {
    targets(domain, "aaaa", cb)
  }

  /// Finds the hosts that take mail for a domain, the preferred ones first.
  public static func mx(_ domain: String, _ cb: @escaping (_ hosts: [String]) -> Void) {
    resolver.resolve(domain, "mx") { records in
      let sorted = records.enumerated().sorted {
        (($0.element.data.first?.int ?? 0), $0.offset) < (
          ($1.element.data.first?.int ?? 0), $1.offset
        )
      }
      cb(sorted.map(\.element.target))
    }
  }

  /// Finds the name servers of a domain.
  public static func ns(_ domain: String, _ cb: @escaping (_ hosts: [String]) -> Void) {
    targets(domain, "ns", cb)
  }

  /// Finds the texts of a domain, of each record the first.
  public static func txt(_ domain: String, _ cb: @escaping (_ texts: [String]) -> Void) {
    resolver.resolve(domain, "txt") { cb($0.compactMap { $0.data.first?.string }) }
  }

  /// Finds the hosts that offer a service (`"sip"`, `"udp"`), in the order in which they should be tried.
  ///
  /// Among those of one priority the lot decides by weight (RFC 2782).
  public static func srv(
    _ service: String, _ proto: String, _ domain: String,
    _ cb: @escaping (_ services: [DNSService]) -> Void
  ) {
    resolver.resolve("_\(service)._\(proto).\(domain)", "srv") { records in
      var generator = SystemRandomNumberGenerator()
      cb(DNSService.ordered(records.compactMap { DNSService($0) }, using: &generator))
    }
  }

  /// Finds the start of authority of a domain.
  public static func soa(_ domain: String, _ cb: @escaping (_ records: [DNSRecord]) -> Void) {
    resolver.resolve(domain, "soa", cb)
  }

  /// Finds all records of a domain; many servers refuse to say them (RFC 8482).
  public static func any(_ domain: String, _ cb: @escaping (_ records: [DNSRecord]) -> Void) {
    resolver.resolve(domain, "*", cb)
  }

  /// Finds the names that a name of the reverse tree points to.
  public static func ptr(_ domain: String, _ cb: @escaping (_ hosts: [String]) -> Void) {
    targets(domain, "ptr", cb)
  }

  /// Finds the host names of an address in text form; IPv4 addresses may be written as IPv6.
  public static func reverse_lookup(
    _ address: String, _ cb: @escaping (_ hosts: [String]) -> Void
  ) {
    guard let name = SocketAddress(ip: address, port: 0)?.reverseName else {
      return Loop.current.postpone { cb([]) }
    }
    resolver.resolve(name, "ptr", search: [""]) { cb($0.map(\.target)) }
  }

  /// Finds the host names of an address of which the addresses have this one, among the first 64.
  ///
  /// Only so many, because the owner of the address could name thousands and have each asked for.
  public static func reverse_verify(
    _ address: String, _ cb: @escaping (_ hosts: [String]) -> Void
  ) {
    let resolver = resolver
    reverse_lookup(address) { found in
      let hosts = found.prefix(64)
      guard let wanted = SocketAddress(ip: address, port: 0), !hosts.isEmpty else { return cb([]) }
      // The names stay in the order of the answer.
      var isVerified = hosts.map { _ in false }
      var open = hosts.count
      for (index, host) in hosts.enumerated() {
        resolver.resolve(host, wanted.recordType, search: [""]) { records in
          isVerified[index] = records.contains { SocketAddress(ip: $0.target, port: 0) == wanted }
          open -= 1
          if open == 0 { cb(zip(hosts, isVerified).filter(\.1).map(\.0)) }
        }
      }
    }
  }

  private static func targets(
    _ domain: String, _ type: String, _ cb: @escaping ([String]) -> Void
  ) {
    resolver.resolve(domain, type) { cb($0.map(\.target)) }
  }
}
