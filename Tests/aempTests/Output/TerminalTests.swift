import Foundation
import Testing

/// What is different on a terminal.
@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct TerminalTests {
  @Test("a secret that is typed is not shown")
  func secret() throws {
    let tool = try ToolRunner()
    let terminal = try Terminal()
    let (process, _) = try terminal.start(tool, "setsecret", "-", inputHere: true)
    try terminal.wait(for: "secret: ")
    try terminal.type("hunter22\n")
    process.waitUntilExit()
    #expect(terminal.isEchoing)
    try terminal.readToEnd()
    #expect(terminal.transcript == "secret: \r\n")
    #expect(process.terminationStatus == 0)
    #expect(try tool.text().contains("\"secret\" : \"hunter22\""))
  }

  @Test("who interrupts the typing of a secret has a terminal as before, and no secret")
  func interrupted() throws {
    let tool = try ToolRunner()
    let terminal = try Terminal()
    let (process, _) = try terminal.start(tool, "setsecret", "-", inputHere: true)
    try terminal.wait(for: "secret: ")
    #expect(!terminal.isEchoing)
    try terminal.type("hun")
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(terminal.isEchoing)
    #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGINT)
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.directory) == [])
  }

  @Test("a long wait shows what it waits for, and takes that away before it says anything")
  func progress() throws {
    let tool = try ToolRunner()
    try tool.write(
      #"{"seeds": ["127.0.0.1:1"], "secret": "x", "profile": {"aemp": {"binds": []}}}"#)
    let terminal = try Terminal()
    let (process, _) = try terminal.start(tool, "wait", "node", "n", "--timeout", "1.5")
    process.waitUntilExit()
    try terminal.readToEnd()
    let clear = "\r\u{1b}[K"
    #expect(
      terminal.transcript
        == "\(clear)waiting for the node n, 1 s\(clear)aemp: gave up after 1.5 s: still waiting for the node n, and no seed is connected: cannot connect to 127.0.0.1:1: Connection refused\r\n"
    )
    #expect(process.terminationStatus == 6)
  }

  @Test("what other nodes say does not reach the terminal as commands")
  func harmless() throws {
    let network = try TestNetwork()
    let terminal = try Terminal()
    let (process, input) = try terminal.start(network.tool, "shell", outputHere: true)
    let escape = #"\u001b[31m"#
    let lines = """
      set f "\(escape)key" "\(escape)value"
      get f
      snd "seed/1#\(escape)" x
      """
    try input.fileHandleForWriting.write(contentsOf: Data(lines.utf8))
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    try terminal.readToEnd()
    #expect(
      terminal.transcript == """
        \\u{1b}[31mkey\t\\u{1b}[31mvalue\r
        aemp: there is no port seed/1#\\u{1b}[31m\r

        """)
    withExtendedLifetime(network) {}
  }
}
