import AEValue
import Glibc
import TestSupport
import Testing

@testable import AnyEventMP

@Suite("The memory of an idle port") struct PortMemoryTests {
  /// What Swift's module of the C library lacks.
  private typealias UsableSize = @convention(c) (UnsafeMutableRawPointer?) -> Int

  @Test("a port with a receiver takes 112 bytes, and 16 to 32 in the table of ports")
  func size() throws {
    let home = NodeEntry(id: "n")
    let symbol = try #require(dlsym(dlopen(nil, RTLD_NOW), "malloc_usable_size"))
    let usableSize = unsafeBitCast(symbol, to: UsableSize.self)
    let ports = (0..<32).map { LocalPort(owner: 1, home: home, name: "\($0)") }
    for port in ports { _ = port.setHandler(Handler(taking: { _ in true }), for: "test") }
    // The allocator adds eight bytes, and some more where it finds a gap that is a little too large.
    let sizes = ports.map { usableSize(Unmanaged.passUnretained($0).toOpaque()) + 8 }
    #expect(sizes.min() == 112)
    var table = PortTable()
    for number in 0..<1024 { table.insert(LocalPort(owner: 1, home: home, name: "\(number)")) }
    #expect(MemoryLayout<TableSlot<LocalPort>>.stride * table.capacity <= 1024 * 16)
  }

  @Test("callbacks for further tags and for all others come and go")
  func further() {
    let port = LocalPort(owner: 1, home: NodeEntry(id: "n"), name: "p")
    func handler() -> Handler { Handler(taking: { _ in true }) }
    #expect(port.fallback == nil && port.handler(for: "a") == nil)
    port.fallback = nil
    for tag in ["a", "b", "c"] { _ = port.setHandler(handler(), for: tag) }
    port.fallback = handler()
    #expect(port.fallback != nil && port.handler(for: "b") != nil && port.handler(for: "d") == nil)
    #expect(port.setHandler(handler(), for: "b") != nil)
    _ = port.setHandler(nil, for: "b")
    port.fallback = nil
    #expect(port.fallback == nil && port.handler(for: "c") != nil && port.handler(for: "b") == nil)
    _ = port.die()
    #expect(port.fallback == nil && port.handler(for: "c") == nil && port.handler(for: "a") == nil)
  }
}
