internal import CCurl
internal import Glibc

/// The order to a transfer, as options of libcurl.
struct TransferOrder {
  let method: String
  let url: HTTPURL
  /// All fields to be sent, besides those that libcurl makes; nil where it must not make one.
  let fields: HTTPFields
  let body: HTTPBody
  let isPersistent: Bool
  let proxy: HTTPProxy?
  /// The addresses of the host that is connected to, unless it is one itself.
  let addresses: [String]
  /// A socket that is connected already.
  let socket: CInt?
  let cookies: CookieJar?
  let trust: HTTPTrust
  let bind: String?
  let maxHeaderSize: Int
  let maxBodySize: Int?
  let onPrepare: ((CInt) -> Double)?

  /// Sets the options; the lists that it returns have to live as long as the transfer.
  ///
  /// Returns nil when libcurl cannot trust as it is told: it would trust more than that.
  func apply(to easy: UnsafeMutableRawPointer) -> [UnsafeMutablePointer<curl_slist>]? {
    guard setTrust(of: easy) else { return nil }
    // Signals are the program's, and so are all protocols but these.
    aecurl_set_long(easy, CURLOPT_NOSIGNAL, 1)
    aecurl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https")
    // Removing a transfer must not wait for a thread.
    aecurl_set_long(easy, CURLOPT_QUICK_EXIT, 1)
    aecurl_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    // The time limits are those of the exchange.
    aecurl_set_long(easy, CURLOPT_CONNECTTIMEOUT, 1_000_000)
    aecurl_set_text(easy, CURLOPT_URL, url.text)
    setMethod(of: easy)
    if !isPersistent {
      aecurl_set_long(easy, CURLOPT_FRESH_CONNECT, 1)
      aecurl_set_long(easy, CURLOPT_FORBID_REUSE, 1)
    }
    if let bind {
      // A name would be looked up here, and the loop would wait.
      let kind = HTTPURL.isNumeric(bind) ? "host!" : "if!"
      aecurl_set_text(easy, CURLOPT_INTERFACE, kind + bind)
    }
    if let cookies {
      aecurl_set_object(easy, CURLOPT_SHARE, cookies.share)
      // The file name is empty, but without this option libcurl keeps no cookies.
      aecurl_set_text(easy, CURLOPT_COOKIEFILE, "")
    }
    setProxy(of: easy)
    return setFields(of: easy) + setAddresses(of: easy)
  }

  private func setMethod(of easy: UnsafeMutableRawPointer) {
    if method == "HEAD" {
      aecurl_set_long(easy, CURLOPT_NOBODY, 1)
    } else if !body.isEmpty || method != "GET" {
      aecurl_set_long(easy, CURLOPT_POST, 1)
      aecurl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, Int64(body.count))
      aecurl_set_text(easy, CURLOPT_CUSTOMREQUEST, method)
    } else {
      aecurl_set_long(easy, CURLOPT_HTTPGET, 1)
    }
  }

  private func setFields(of easy: UnsafeMutableRawPointer) -> [UnsafeMutablePointer<curl_slist>] {
    var list: UnsafeMutablePointer<curl_slist>?
    var proxyList: UnsafeMutablePointer<curl_slist>?
    for field in fields.fields {
      // In libcurl's notation "name:" has no such field sent, and "name;" an empty one.
      let line = field.value.map { $0.isEmpty ? "\(field.name);" : "\(field.name): \($0)" }
      if HTTPToken.isSame(field.name, "proxy-authorization") {
        if let line { proxyList = curl_slist_append(proxyList, line) }
      } else {
        list = curl_slist_append(list, line ?? "\(field.name):")
      }
    }
    aecurl_set_object(easy, CURLOPT_HTTPHEADER, list)
    // Sent to a proxy only.
    aecurl_set_object(easy, CURLOPT_PROXYHEADER, proxyList)
    return [list, proxyList].compactMap { $0 }
  }

  private func setAddresses(
    of easy: UnsafeMutableRawPointer
  ) -> [UnsafeMutablePointer<curl_slist>] {
    let name = proxy?.host ?? url.host
    let port = proxy?.port ?? url.port
    if socket != nil {
      // The name needs no look-up; the address is never connected to.
      guard proxy == nil else { return [] }
      return list("::127.0.0.1:", easy, CURLOPT_CONNECT_TO)
    }
    guard !addresses.isEmpty else { return [] }
    let all = addresses.map { $0.utf8.contains(UInt8(ascii: ":")) ? "[\($0)]" : $0 }
    return list("+\(name):\(port):\(all.joined(separator: ","))", easy, CURLOPT_RESOLVE)
  }

  private func setProxy(of easy: UnsafeMutableRawPointer) {
    guard let proxy else {
      // Without this the environment would be asked.
      aecurl_set_text(easy, CURLOPT_PROXY, "")
      return
    }
    // With a socket that is connected already the name of the proxy needs no look-up.
    let address = socket == nil ? proxy : HTTPProxy(proxy.scheme, "127.0.0.1", proxy.port)
    aecurl_set_text(easy, CURLOPT_PROXY, address.curlURL)
    aecurl_set_text(easy, CURLOPT_NOPROXY, "")
    if let user = proxy.user { aecurl_set_text(easy, CURLOPT_PROXYUSERNAME, user) }
    if let password = proxy.password { aecurl_set_text(easy, CURLOPT_PROXYPASSWORD, password) }
  }

  /// Whether libcurl has taken all of it.
  private func setTrust(of easy: UnsafeMutableRawPointer) -> Bool {
    var results = [
      aecurl_set_long(easy, CURLOPT_SSL_VERIFYPEER, trust.verify ? 1 : 0),
      aecurl_set_long(easy, CURLOPT_SSL_VERIFYHOST, trust.verify_peername ? 2 : 0),
      aecurl_set_long(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
    ]
    if let text = trust.ca_cert {
      results.append(setBytes(text, easy, CURLOPT_CAINFO_BLOB))
    } else if let file = trust.ca_file {
      results.append(aecurl_set_text(easy, CURLOPT_CAINFO, file))
    }
    if trust.ca_cert != nil || trust.ca_file != nil {
      // A libcurl that refuses this has no such folder.
      aecurl_set_text(easy, CURLOPT_CAPATH, nil)
    }
    if let text = trust.cert {
      results.append(setBytes(text, easy, CURLOPT_SSLCERT_BLOB))
    } else if let file = trust.cert_file {
      results.append(aecurl_set_text(easy, CURLOPT_SSLCERT, file))
    }
    // The key stands beside the certificate unless it is given.
    if let text = trust.key ?? (trust.key_file == nil ? trust.cert : nil) {
      results.append(setBytes(text, easy, CURLOPT_SSLKEY_BLOB))
    } else if let file = trust.key_file ?? trust.cert_file {
      results.append(aecurl_set_text(easy, CURLOPT_SSLKEY, file))
    }
    if let list = trust.cipher_list {
      results.append(aecurl_set_text(easy, CURLOPT_SSL_CIPHER_LIST, list))
    }
    return results.allSatisfy { $0 == CURLE_OK }
  }

  private func setBytes(
    _ text: String, _ easy: UnsafeMutableRawPointer, _ option: CURLoption
  ) -> CURLcode {
    var text = text
    return text.withUTF8 { aecurl_set_bytes(easy, option, $0.baseAddress, $0.count) }
  }

  private func list(
    _ entry: String, _ easy: UnsafeMutableRawPointer, _ option: CURLoption
  ) -> [UnsafeMutablePointer<curl_slist>] {
    guard let list = curl_slist_append(nil, entry) else { return [] }
    aecurl_set_object(easy, option, list)
    return [list]
  }
}

extension HTTPFailure {
  /// The failure that an error of libcurl's means for a transfer that has come so far.
  init(
    _ result: CURLcode, _ phase: Transfer.Phase, _ easy: UnsafeMutableRawPointer, text: String,
    _ order: TransferOrder
  ) {
    let text = text.isEmpty ? CurlLibrary.text(of: result) : text
    switch result {
    case CURLE_PEER_FAILED_VERIFICATION:
      self.init(
        596,
        "\(order.url.host) cannot prove who it is (\(text)): trust its authority by tls_ctx, or trust everybody with tls_ctx: .low"
      )
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_INVALIDCERTSTATUS,
      CURLE_SSL_CLIENTCERT:
      self.init(596, text)
    case CURLE_COULDNT_CONNECT:
      let code = CInt(truncatingIfNeeded: aecurl_get_long(easy, CURLINFO_OS_ERRNO))
      self.init(595, code == 0 ? text : String(cString: strerror(code)))
    case CURLE_URL_MALFORMAT, CURLE_OUT_OF_MEMORY: self.init(599, text)
    default: self.init(Self.status(in: phase), text)
    }
  }

  /// The status of an error that occurs so far.
  static func status(in phase: Transfer.Phase) -> Int {
    switch phase {
    case .waiting, .connecting: 595
    case .sending: 596
    case .receivingBody: 597
    }
  }
}
