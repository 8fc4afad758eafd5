internal import CLibUV
internal import Glibc

/// What logging needs from outside: a clock, a time zone, standard error and syslog.
public struct LogHost: Sendable {
  /// The time in seconds since 1970.
  public var time: @Sendable () -> Double
  /// How many seconds local time is ahead of UTC at a time in seconds since 1970.
  public var offsetFromUTC: @Sendable (Int) -> Int
  /// Takes the lines of one message, for standard error.
  public var standardError: @Sendable (String) -> Void
  /// Takes a priority (facility and severity as in `syslog(3)`) and one line of text.
  public var syslog: @Sendable (CInt, String) -> Void

  /// The process's clock and time zone, file descriptor 2 and the system's log daemon.
  public static let process = LogHost(
    time: {
      var time = timespec()
      clock_gettime(CLOCK_REALTIME, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    },
    offsetFromUTC: LogFormat.localOffset,
    standardError: { lines in _ = FileDescriptorWriting.write(lines, to: STDERR_FILENO) },
    syslog: { priority, text in Syslog.send(priority: priority, text) })

  /// A host of the given parts.
  public init(
    time: @escaping @Sendable () -> Double,
    offsetFromUTC: @escaping @Sendable (Int) -> Int,
    standardError: @escaping @Sendable (String) -> Void,
    syslog: @escaping @Sendable (CInt, String) -> Void
  ) {
    self.time = time
    self.offsetFromUTC = offsetFromUTC
    self.standardError = standardError
    self.syslog = syslog
  }

  /// Says on standard error what is wrong with the configuration of logging itself.
  func complain(_ sentence: String) {
    standardError(LogEscaping.visible(sentence) + "\n")
  }
}
