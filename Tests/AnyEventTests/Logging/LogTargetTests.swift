import AEValue
import Dispatch
import Foundation
import TestSupport
import Testing

@testable import AnyEvent

@Suite("log targets")
struct LogTargetTests {
  /// Calls the body with the path of a file in a directory of its own.
  private func withPath(_ body: (String) throws -> Void) throws {
    try withTemporaryDirectory { try body($0 + "/log") }
  }

  private func messages(in path: String) throws -> [String] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      .map { String($0.dropFirst(33)) }
  }

  @Test("log_to_file appends and keeps the file open")
  func file() throws {
    try withPath { path in
      let probe = LogProbe()
      try "2012-03-22 01:41:43.620000 +0000 old\n".write(
        toFile: path, atomically: false, encoding: .utf8)
      probe.system.LOG.log_to_file(path)
      probe.context("A").log(.error, "one")
      try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
      probe.context("A").log(.error, "two")
      try #expect(messages(in: path + ".1") == ["old", "error A: one", "error A: two"])
      #expect(probe.errors.isEmpty, "LOG writes to the file in the place of standard error")
    }
  }

  @Test("log_to_path opens the file for each message")
  func path() throws {
    try withPath { path in
      let probe = LogProbe(["AE_LOG": "log=path=\(path)"])
      probe.context("A").log(.error, "one")
      try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
      probe.context("A").log(.error, "two")
      try #expect(messages(in: path + ".1") == ["error A: one"])
      try #expect(messages(in: path) == ["error A: two"])
    }
  }

  @Test("a file in addition to standard error")
  func fileAndStandardError() throws {
    try withPath { path in
      let probe = LogProbe(["AE_LOG": "%all=file=\(path):collect=+%all"])
      probe.context("A").log(.trace, "all")
      probe.context("A").log(.error, "both")
      try #expect(messages(in: path) == ["trace A: all", "error A: both"])
      #expect(probe.newLines() == ["error A: both"])
    }
  }

  @Test("a file that can't be opened is reported once, and used as soon as it can be")
  func unopenable() throws {
    try withPath { path in
      let probe = LogProbe(["AE_LOG": "log=file=\(path)/x"])
      let sentence = "unable to open logfile '\(path)/x': No such file or directory"
      #expect(probe.newLines() == [sentence])
      probe.context("A").log(.error, "lost")
      #expect(probe.newLines() == [])
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      probe.context("A").log(.error, "found")
      try #expect(messages(in: path + "/x") == ["error A: found"])
      #expect(probe.newLines() == [])
    }
  }

  @Test(
    "a full disk is reported once", .enabled(if: access("/dev/full", W_OK) == 0, "no /dev/full"))
  func fullDisk() {
    let probe = LogProbe(["AE_LOG": "log=file=/dev/full"])
    probe.context("A").log(.error, "x")
    probe.context("A").log(.error, "y")
    #expect(
      probe.newLines() == ["unable to write to logfile '/dev/full': No space left on device"])
  }

  @Test("the file is closed when the target is replaced")
  func closing() throws {
    try withPath { path in
      let probe = LogProbe()
      weak var file: LogFile?
      do {
        let made = LogFile(path: path, opening: .once) { _ in }
        file = made
        probe.system.LOG.log_cb { lines in
          made.write(lines)
          return false
        }
      }
      #expect(file != nil)
      probe.system.LOG.log_to_warn()
      #expect(file == nil)
    }
  }

  @Test("syslog gets facility, severity, title and a line at a time")
  func syslog() {
    let probe = LogProbe(["AE_VERBOSE": "9"])
    #expect(probe.system.LOG.log_to_syslog("daemon"))
    let context = probe.context("A")
    context.log(.fatal, "a\nb\u{1b}")
    context.log(.info, "i")
    context.log(.debug, "d")
    context.log(.trace, "t")
    #expect(
      probe.syslog == ["<24>(A) a", "<24>+ b\\x1b", "<30>(A) i", "<31>(A) d", "<31>(A) t"])
    #expect(!probe.system.LOG.log_to_syslog("nobody"))
    context.log(.error, "unchanged")
    #expect(probe.syslog.last == "<27>(A) unchanged")
  }

  @Test("facilities are those of the C library, by both names")
  func facilities() {
    let known = [
      ("kern", LOG_KERN), ("USER", LOG_USER), ("mail", LOG_MAIL), ("LOG_DAEMON", LOG_DAEMON),
      ("auth", LOG_AUTH), ("syslog", LOG_SYSLOG), ("lpr", LOG_LPR), ("news", LOG_NEWS),
      ("uucp", LOG_UUCP), ("cron", LOG_CRON), ("local0", LOG_LOCAL0), ("log_local7", LOG_LOCAL7),
    ]
    for (name, facility) in known { #expect(Syslog.facility(named: name) == facility, "\(name)") }
    for number in 0..<8 {
      #expect(Syslog.facility(named: "local\(number)") == CInt(16 + number) << 3)
    }
    #expect(Syslog.facility(named: "") == nil)
  }

  @Test("a message of several lines is one write(2)")
  func singleWrite() throws {
    // A sequenced-packet socket keeps the writes apart.
    var ends: [CInt] = [-1, -1]
    try #require(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &ends) == 0)
    defer { for end in ends { close(end) } }
    let text = "first line\nsecond line\n" + String(repeating: "x", count: 5000) + "\n"
    #expect(SystemCalls.writeAll(text, to: ends[0]) == 0)
    var buffer = [UInt8](repeating: 0, count: 10_000)
    let count = read(ends[1], &buffer, buffer.count)
    #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == text)
  }

  @Test("a non-blocking pipe that is full is waited for")
  func nonBlockingPipe() throws {
    var ends: [CInt] = [-1, -1]
    try #require(pipe(&ends) == 0)
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    let text = String(repeating: "0123456789", count: 100_000)
    let received = Collected<String>()
    let reader = DispatchGroup()
    let source = ends[0]
    DispatchQueue.global().async(group: reader) {
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while case let count = read(source, &buffer, buffer.count), count > 0 {
        bytes += buffer[..<count]
      }
      received.append(String(decoding: bytes, as: UTF8.self))
    }
    #expect(SystemCalls.writeAll(text, to: ends[1], patience: -1) == 0)
    close(ends[1])
    reader.wait()
    close(source)
    #expect(received.all.map(\.utf8.count) == [text.utf8.count])
    let isSame = received.all == [text]
    #expect(isSame)
  }

  @Test("a closed descriptor gives its error and nothing else")
  func closedDescriptor() {
    #expect(SystemCalls.writeAll("x", to: -1) == EBADF)
    #expect(SystemCalls.writeAll("", to: -1) == 0)
  }
}
