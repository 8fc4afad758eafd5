import Foundation
import Testing

@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct RunCommandTests {
  @Test(
    "a node runs until it is told to stop, and ends with exit code 0", arguments: [SIGTERM, SIGINT])
  func stopped(_ signal: Int32) throws {
    let tool = try ToolRunner()
    let (process, _, output, errors) = tool.process([
      "run", "seed", "binds", "127.0.0.1:*", "secret", "geheimnis",
    ])
    process.environment?["AE_VERBOSE"] = "8"
    try process.run()
    var log = ""
    while !log.contains(" listens on [127.0.0.1:") {
      let data = errors.fileHandleForReading.availableData
      try #require(!data.isEmpty, "the node ended early: \(log)")
      log += String(decoding: data, as: UTF8.self)
    }
    #expect(log.contains(" starting up."))
    let line = FileManager.default.contents(atPath: "/proc/\(process.processIdentifier)/cmdline")
    #expect(String(decoding: line ?? Data(), as: UTF8.self).hasSuffix("secret\0xxxxxxxxx\0"))
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 0)
    let written = String(
      decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    #expect(written.wholeMatch(of: /seed\/\w+\t127\.0\.0\.1:[0-9]+\n/) != nil)
  }

  @Test("a node that cannot be configured says why and ends with exit code 1")
  func cannotConfigure() throws {
    let tool = try ToolRunner()
    #expect(
      try tool.run("run", "binds", "*:4040")
        == ToolResult(
          errors: """
            aemp: binds: "*:4040" listens on all network interfaces, which needs a secret or a \
            certificate; run "aemp gensecret", or bind to an address such as 127.0.0.1:4040

            """, code: 1))
  }

  @Test("an address in use is named")
  func addressInUse() throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        #expect(bind(listener, pointer, size) == 0)
        #expect(listen(listener, 1) == 0)
        #expect(getsockname(listener, pointer, &size) == 0)
      }
    }
    let port = UInt16(bigEndian: address.sin_port)
    let tool = try ToolRunner()
    let result = try tool.run("run", "binds", "127.0.0.1:\(port)", "secret", "geheimnis")
    #expect(result.code == 1)
    #expect(result.errors.hasPrefix("aemp: "))
    #expect(result.errors.contains("127.0.0.1:\(port)"))
    #expect(result.errors.split(separator: "\n").count == 1)
  }
}
