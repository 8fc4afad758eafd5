internal import CCurl

/// libcurl itself, which is prepared once in a process.
enum CurlLibrary {
  /// Prepares libcurl; has to come before anything else is called of it.
  static func prepare() { _ = isPrepared }

  /// Whether libcurl has what it needs; without that no handle can be made, and requests fail.
  private static let isPrepared = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  /// libcurl's text for a result.
  static func text(of result: CURLcode) -> String {
    curl_easy_strerror(result).map { String(cString: $0) } ?? "error \(result.rawValue)"
  }
}
