public import AnyEvent
internal import CCurl
internal import Glibc

/// The cookies that servers have set, which requests that share the jar send back.
///
/// libcurl decides which cookie a server may set and gets: by host, domain (with the list of public
/// suffixes), path, expiry and security. The jar can be kept as a `Value`, JSON for example. Use it
/// on the thread of one loop. Corresponds to the hash that Perl's `AnyEvent::HTTP` calls `cookie_jar`.
public final class CookieJar {
  /// libcurl's store of cookies, which transfers share; nil without memory, when there are no cookies.
  let share: UnsafeMutableRawPointer?
  /// The door to the shared cookies.
  private let easy: UnsafeMutableRawPointer?

  /// An empty jar.
  public init() {
    CurlLibrary.prepare()
    share = aecurl_share_cookies()
    easy = curl_easy_init()
    guard let share, let easy else { return }
    aecurl_set_object(easy, CURLOPT_SHARE, share)
  }

  /// The jar that was kept as ``value``; an empty one if the value has another form.
  public convenience init(_ value: Value) {
    self.init()
    guard value["version"].int == 2, let hosts = value.hash else { return }
    for (host, paths) in hosts {
      for (path, cookies) in paths.hash ?? [:] {
        for (name, cookie) in cookies.hash ?? [:] { add(name, cookie, host, path) }
      }
    }
  }

  deinit {
    if let easy {
      aecurl_set_object(easy, CURLOPT_SHARE, nil)
      curl_easy_cleanup(easy)
    }
    if let share { curl_share_cleanup(share) }
  }

  /// All cookies, in the form that `AnyEvent::HTTP` documents.
  ///
  /// The hash has `version` 2, and by host, path and name a hash with `value`, `_expires` (seconds since
  /// 1970) unless the cookie ends with the session, and `secure` and `httponly` if it is that. A host that
  /// begins with a dot stands for all hosts of the domain.
  public var value: Value {
    var hosts: TextDictionary<TextDictionary<TextDictionary<Value>>> = [:]
    for line in lines {
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard parts.count == 7 else { continue }
      var host = String(parts[0])
      var cookie: TextDictionary<Value> = ["value": .string(String(parts[6]))]
      if host.hasPrefix(Self.hidden) {
        host.removeFirst(Self.hidden.count)
        cookie["httponly"] = .null
      }
      if parts[1] == "TRUE", !host.hasPrefix(".") { host = "." + host }
      if parts[3] == "TRUE" { cookie["secure"] = .null }
      if let expiry = Int(parts[4]), expiry > 0 { cookie["_expires"] = .int(expiry) }
      hosts[host, default: [:]][String(parts[2]), default: [:]][String(parts[5])] = .hash(cookie)
    }
    var all = hosts.mapValues { .hash($0.mapValues { .hash($0) }) } as TextDictionary<Value>
    all["version"] = 2
    return .hash(all)
  }

  /// Removes the cookies whose time is over, and, if the session has ended, those that end with it.
  ///
  /// Corresponds to Perl's `AnyEvent::HTTP::cookie_jar_expire`.
  public func expire(sessionEnd: Bool = false) {
    let now = time(nil)
    let kept = lines.filter {
      let parts = $0.split(separator: "\t", omittingEmptySubsequences: false)
      let expiry = parts.count == 7 ? Int(parts[4]) ?? 0 : 0
      return expiry == 0 ? !sessionEnd : expiry > now
    }
    removeAll()
    for line in kept { command(line) }
  }

  /// Removes all cookies.
  public func removeAll() { command("ALL") }

  private static let hidden = "#HttpOnly_"

  /// The cookies as lines of a Netscape file.
  private var lines: [String] {
    guard let easy, let list = aecurl_get_object(easy, CURLINFO_COOKIELIST) else { return [] }
    let first = list.assumingMemoryBound(to: curl_slist.self)
    defer { curl_slist_free_all(first) }
    return sequence(first: first, next: { $0.pointee.next })
      .compactMap { $0.pointee.data.map { String(cString: $0) } }
  }

  private func add(_ name: String, _ cookie: Value, _ host: String, _ path: String) {
    guard let properties = cookie.hash else { return }
    let parts = [
      (properties["httponly"] == nil ? "" : Self.hidden) + host,
      host.hasPrefix(".") ? "TRUE" : "FALSE", path, properties["secure"] == nil ? "FALSE" : "TRUE",
      String(cookie["_expires"].int ?? 0), name, cookie["value"].string ?? "",
    ]
    // A control character would make the line another cookie's.
    guard parts.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 } }) else { return }
    command(parts.joined(separator: "\t"))
  }

  private func command(_ text: String) {
    if let easy { aecurl_set_text(easy, CURLOPT_COOKIELIST, text) }
  }
}
