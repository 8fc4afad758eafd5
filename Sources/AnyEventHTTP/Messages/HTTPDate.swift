internal import CCurl
internal import Glibc

/// Dates as headers and cookies have them.
public enum HTTPDate {
  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
  /// The last second of the year 9999: later ones have no four digits.
  private static let end = 253_402_300_799

  /// The date of seconds since 1970, as in `Sun, 06 Nov 1994 08:49:37 GMT`.
  public static func text(_ timestamp: Int) -> String {
    var seconds = time_t(max(0, min(timestamp, end)))
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let date = "\(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900)"
    let time = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    return "\(days[Int(parts.tm_wday)]), \(date) \(time) GMT"
  }

  /// The seconds since 1970 of a date in one of the forms that servers send; nil for anything else.
  public static func timestamp(_ text: String) -> Int? {
    guard !text.utf8.contains(0) else { return nil }
    let time = curl_getdate(text, nil)
    return time == -1 ? nil : Int(time)
  }

  private static func two(_ number: CInt) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
