import AnyEvent
import AnyEventMP
import Glibc
import TestSupport
import Testing

@Suite("Addresses that other nodes claim") struct ClaimedAddressTests {
  @Test("an address that another node claims does not lead to a socket in the file system")
  func unixSocket() throws {
    try withLoop { loop in
      let path = "/tmp/anyevent-\(getpid())-\(UInt32.random(in: 0 ... .max))"
      var isConnected = false
      let listener = try loop.listen(on: "unix/", path) { socket in
        isConnected = true
        Glibc.close(socket.fd)
      }
      defer { listener.close() }
      let node = try Node.listening(on: loop)
      defer { node.close() }
      let peer = try WirePeer.connect(node.address, id: TestName.next("peer"), loop)
      let id = TestName.next("claimed")
      peer.send("", "g_slave", ["'l": [id: ["unix/:\(path)", .string(path)]]])
      peer.send("", "snd", .string("\(peer.id)#echo"), "done")
      loop.run(until: { peer.messages(to: "echo") == [["done"]] })
      var reason: Message?
      node.monitor(PortID("\(id)#p")) { reason = $0 }
      loop.run(until: { reason != nil || isConnected })
      #expect(!isConnected)
      #expect(reason?[2].string?.contains("is not host:port") == true, "\(reason ?? [])")
    }
  }
}
