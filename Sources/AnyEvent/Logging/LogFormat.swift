internal import Glibc

/// Turns messages into the lines Perl's AnyEvent::Log writes.
struct LogFormat: Sendable {
  /// How many seconds local time is ahead of UTC at a time in seconds since 1970.
  let offsetFromUTC: @Sendable (Int) -> Int

  /// The offset of the process's time zone.
  static let localOffset: @Sendable (Int) -> Int = { seconds in
    var time = time_t(seconds)
    var parts = tm()
    return localtime_r(&time, &parts) == nil ? 0 : Int(parts.tm_gmtoff)
  }

  /// The lines of one message; all but the first carry a `+` instead of level and title.
  ///
  /// Nobody can forge a line by what they put into the text: control characters are made visible,
  /// and what follows a newline is marked as a continuation.
  func lines(time: Double, title: String, level: LogLevel, text: String) -> String {
    let stamp = timestamp(time)
    var message = level.description
    while message.utf8.count < 5 { message += " " }
    message += " \(title): "
    message += text

    var result: [UInt8] = []
    result.reserveCapacity(stamp.utf8.count + message.utf8.count + 8)
    for (number, line) in LogEscaping.lines(of: message).enumerated() {
      result.append(contentsOf: stamp.utf8)
      result.append(contentsOf: (number == 0 ? " " : " + ").utf8)
      result.append(contentsOf: line)
      result.append(UInt8(ascii: "\n"))
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// A time in seconds since 1970 as `2012-03-22 01:41:43.620000 +0000`, in local time.
  ///
  /// Rounded to the microsecond; Perl cuts off, and so shows .62 as .619999.
  func timestamp(_ time: Double) -> String {
    // Beyond this the microseconds would not fit; no clock shows such a time.
    let bounded = time.isNaN ? 0 : min(max(time, -1e12), 1e12)
    let microseconds = Int((bounded * 1e6).rounded())
    let seconds = microseconds.flooredQuotient(1_000_000)
    let offset = offsetFromUTC(seconds)
    let local = seconds + offset
    let days = local.flooredQuotient(86_400)
    let second = local - days * 86_400
    let date = CivilDate(daysSince1970: days)
    let zone = abs(offset) / 60

    var text = ""
    text.reserveCapacity(32)
    text.append(padded: date.year, to: 4)
    text += "-"
    text.append(padded: date.month, to: 2)
    text += "-"
    text.append(padded: date.day, to: 2)
    text += " "
    text.append(padded: second / 3600, to: 2)
    text += ":"
    text.append(padded: second / 60 % 60, to: 2)
    text += ":"
    text.append(padded: second % 60, to: 2)
    text += "."
    text.append(padded: microseconds - seconds * 1_000_000, to: 6)
    text += offset < 0 ? " -" : " +"
    text.append(padded: zone / 60, to: 2)
    text.append(padded: zone % 60, to: 2)
    return text
  }
}

/// A day of the Gregorian calendar.
private struct CivilDate {
  let year: Int
  let month: Int
  let day: Int

  /// Counts in eras of 400 years that begin on a first of March, where leap days come last.
  init(daysSince1970: Int) {
    let shifted = daysSince1970 + 719_468
    let era = shifted.flooredQuotient(146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }
}

extension Int {
  fileprivate func flooredQuotient(_ divisor: Int) -> Int {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

extension String {
  fileprivate mutating func append(padded number: Int, to width: Int) {
    let digits = String(number)
    for _ in 0..<max(0, width - digits.utf8.count) { self += "0" }
    self += digits
  }
}
