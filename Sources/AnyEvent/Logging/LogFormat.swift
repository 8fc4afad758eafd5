internal import AEValue
internal import Glibc

/// Formats messages as the lines that Perl's AnyEvent::Log writes.
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
  /// No text can forge a line: control characters are made visible, and the lines behind a newline are
  /// marked as continuations.
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
    let seconds = microseconds / 1_000_000 - (microseconds % 1_000_000 < 0 ? 1 : 0)
    let offset = offsetFromUTC(seconds)
    // The time of day there is that of UTC at a time that is later by the offset.
    var local = time_t(seconds) + offset
    var parts = tm()
    gmtime_r(&local, &parts)
    let zone = abs(offset) / 60

    var text = ""
    text.reserveCapacity(32)
    text.append(padded: Int(parts.tm_year) + 1900, to: 4)
    for (separator, part) in [
      ("-", parts.tm_mon + 1), ("-", parts.tm_mday), (" ", parts.tm_hour), (":", parts.tm_min),
      (":", parts.tm_sec),
    ] {
      text += separator
      text.append(padded: Int(part), to: 2)
    }
    text += "."
    text.append(padded: microseconds - seconds * 1_000_000, to: 6)
    text += offset < 0 ? " -" : " +"
    text.append(padded: zone / 60, to: 2)
    text.append(padded: zone % 60, to: 2)
    return text
  }
}

extension LogSystem {
  /// A time in seconds since 1970 as log messages show it, such as `2012-03-22 01:41:43.620000 +0000`.
  ///
  /// Corresponds to Perl's `AnyEvent::Log::format_time`.
  public func format_time(_ timestamp: Double) -> String { format.timestamp(timestamp) }

  /// A message as it is written without an `fmt_cb`: one or more lines, each with its newline.
  ///
  /// For callbacks that change a part of it. Corresponds to Perl's `AnyEvent::Log::default_format`.
  /// - Parameters:
  ///   - time: seconds since 1970.
  ///   - ctx: the context that the message was logged in.
  ///   - level: its priority.
  ///   - msg: its text.
  /// - Returns: the lines.
  public func default_format(
    _ time: Double, _ ctx: LogContext, _ level: LogLevel, _ msg: String
  ) -> String {
    format.lines(time: time, title: ctx.title, level: level, text: msg)
  }
}

extension String {
  fileprivate mutating func append(padded number: Int, to width: Int) {
    let digits = String(number)
    for _ in 0..<max(0, width - digits.utf8.count) { self += "0" }
    self += digits
  }
}

/// Makes logged text legible, as Perl's AnyEvent does it.
enum LogEscaping {
  /// The lines of a text, each escaped; none but the first is empty at the end.
  static func lines(of text: String) -> [[UInt8]] {
    var text = text
    return text.withUTF8 { bytes in
      var lines: [[UInt8]] = []
      var start = 0
      while true {
        let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        var line: [UInt8] = []
        line.reserveCapacity(end - start)
        let part = UnsafeBufferPointer(rebasing: bytes[start..<end])
        if !LegibleText.append(part, .perl, to: &line) { line.append(contentsOf: part) }
        lines.append(line)
        if end == bytes.count { break }
        start = end + 1
      }
      while lines.count > 1, lines.last?.isEmpty == true { lines.removeLast() }
      return lines
    }
  }
}
