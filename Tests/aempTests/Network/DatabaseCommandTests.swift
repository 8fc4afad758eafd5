import Foundation
import Testing

@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct DatabaseCommandTests {
  @Test("nodes lists who is there, as text or JSON")
  func nodes() throws {
    let network = try TestNetwork()
    let worker = try network.start("worker/1")
    #expect(try network.run("wait", "node", "worker/1") == ToolResult())
    let list = try network.run("nodes")
    #expect(list.code == 0)
    let lines = list.output.split(separator: "\n").filter { !$0.hasPrefix("anon/") }
    #expect(lines.count == 2)
    #expect(lines.first == "seed/1\t\(network.seedAddress)\tglobal")
    #expect(lines.last?.hasPrefix("worker/1\t127.0.0.1:") == true)
    let json = try network.run("nodes", "--json").output
    #expect(
      json.contains(
        #"{"binds":["\#(network.seedAddress)"],"global":true,"node":"seed/1"}"# + "\n"))
    _ = worker
  }

  @Test("a family can be printed, watched and waited for")
  func family() throws {
    let network = try TestNetwork()
    #expect(try network.run("get", "'g") == ToolResult(output: "seed/1\n"))
    #expect(
      try network.run("get", "family", "'g", "--json")
        == ToolResult(output: "{\"key\":\"seed/1\",\"value\":null}\n"))
    #expect(try network.run("get", "nothing") == ToolResult())
    #expect(try network.run("watch", "'g", "--count", "1") == ToolResult(output: "+ seed/1\n"))
    #expect(
      try network.run("watch", "family", "'g", "--count", "1", "--json")
        == ToolResult(output: #"{"change":"added","key":"seed/1","value":null}"# + "\n"))
    #expect(try network.run("wait", "family", "'g") == ToolResult())
    #expect(try network.run("wait", "family", "nothing", "--count", "0") == ToolResult())
    #expect(
      try network.run("wait", "family", "nothing", "--timeout", "0.2")
        == ToolResult(
          errors: "aemp: gave up after 0.2 s: still waiting for the family nothing\n", code: 6))
  }

  @Test("wait notices nodes that come and go, also before the seed is there")
  func nodesComeAndGo() throws {
    let network = try TestNetwork()
    let (process, _, output, _) = network.tool.process(["wait", "node", "worker/", "--count", "2"])
    try process.run()
    let first = try network.start("worker/1")
    let second = try network.start("worker/2")
    #expect(try (output.fileHandleForReading.readToEnd() ?? Data()).isEmpty)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    try network.kill(first)
    #expect(try network.run("wait", "node", "worker/1", "--count", "0") == ToolResult())
    #expect(try network.run("ping", "worker/2", "--count", "1").code == 0)
    _ = second
  }

  @Test("a port is there, not there, and gone")
  func port() throws {
    let network = try TestNetwork()
    #expect(try network.run("wait", "port", "seed/1") == ToolResult())
    #expect(try network.run("wait", "port", "seed/1#none", "--count", "0") == ToolResult())
    #expect(
      try network.run("wait", "port", "seed/1#none", "--timeout", "0.3")
        == ToolResult(
          errors: "aemp: gave up after 0.3 s: still waiting for the port seed/1#none\n", code: 6))
  }

  @Test("the shell does its lines one after the other, and ends with the code of the last failure")
  func shell() throws {
    let network = try TestNetwork()
    let result = try network.run(
      "shell", "seed/1",
      input: """
        # a comment
        snd # snd $ECHO hello {"a": [1, 2]} 'two words'
        set colours red 1
        db_set colours green [2]
        get colours
        del colours red
        get colours
        =
        eval AnyEvent::MP::Kernel::up_nodes
        """)
    #expect(
      result
        == ToolResult(
          output: """
            echo: ["hello",{"a":[1,2]},"two words"]
            green\t[2]
            red\t1
            green\t[2]
            seed/1

            """))
    let failing = try network.run("shell", input: "bogus\nget nothing\nsnd seed/1#none\nnodes\n")
    #expect(failing.code == 4)
    #expect(failing.output.hasPrefix("seed/1\t"))
    #expect(
      failing.errors == """
        aemp: there is no command "bogus"; "help" lists them
        aemp: there is no port seed/1#none

        """)
    #expect(try network.run("shell", input: "quit\nnodes\n") == ToolResult())
  }
}
