import AnyEvent
import AnyEventMP
import Foundation
import Testing

@Suite("Mistakes of the program stop it with a sentence") struct MisuseTests {
  /// What the process said before it stopped.
  private func said(_ result: ExitTest.Result?) -> String {
    String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  }

  @Test("rcv on a port of another node")
  func rcvOnRemotePort() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let node = Node(on: Loop())
      node.run { _ = rcv(PortID("elsewhere#p"), "x") {} }
    }
    #expect(
      said(result).contains(
        "rcv needs a port of this node, but elsewhere#p belongs to another one: call it there"))
  }

  @Test("calling a function where no node is bound")
  func noNode() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      await Task.detached { _ = port() }.value
    }
    #expect(said(result).contains("no node is bound to this thread"))
  }

  @Test("using a node on another thread than its loop's")
  func wrongThread() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let loop = Loop()
      let node = Node(on: loop)
      loop.runOnce(waiting: false)
      let carrier = NodeCarrier(node: node)
      await withCheckedContinuation { continuation in
        Thread.detachNewThread {
          _ = carrier.node.port()
          continuation.resume()
        }
      }
    }
    #expect(said(result).contains("called on a thread that is not the event loop's"))
  }
}

private struct NodeCarrier: @unchecked Sendable {
  let node: Node
}
