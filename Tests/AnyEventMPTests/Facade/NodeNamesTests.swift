import AnyEvent
import AnyEventMP
import Dispatch
import Foundation
import Glibc
import Testing

/// This file imports what programs import: that it compiles shows that no name hides another's.
@Suite("Names of nodes and ports beside Foundation, Dispatch and Glibc")
struct NodeNamesTests {
  @Test("the tutorial's names and the system's mean what they should")
  func names() {
    let node = Node(on: Loop())
    node.run {
      let receiver = port()
      var got: [Int] = []
      rcv(receiver, "test") { (n: Int) in got.append(n) }
      rcv(receiver, on("a") {}, on("b") { (_: String) in throw die("x") })
      snd(receiver, "test", 123, ["a": [1, "x", nil]])
      #expect(got == [123])
      #expect(node_of(receiver) == NODE && port_is_local(receiver))
      #expect(SELF.id == NODE)
    }
    node.close()
    #expect(time(nil) > 0)
    let portType: Port.Type = Port.self
    let process: Process.Type = Process.self
    let message: Data.Type = Data.self
    withExtendedLifetime((portType, process, message, DispatchQueue.main)) {}
  }
}
