import AnyEvent
import Glibc
import TestSupport
import Testing

@Suite("Datagrams go by the handle that Perl's AnyEvent::Handle::UDP is") struct UDPHandleTests {
  private let here: UDPHandle.Address = ("127.0.0.1", 0)

  @Test("an echo server answers the sender")
  func echo() throws {
    try withLoop { loop in
      let server = UDPHandle(bind: here, on: loop, on_recv: { $1.push_send($0, $2) })
      let address = try #require(server.sockname)
      var answers: [String] = []
      var peer: SocketAddress?
      let client = UDPHandle(
        connect: (address.host, address.port), on: loop,
        on_recv: { data, _, from in
          answers.append(String(decoding: data, as: UTF8.self))
          peer = from
        })
      client.push_send("one")
      client.push_send([UInt8]("two".utf8))
      client.push_send("")
      loop.run(until: { answers.count == 3 })
      #expect(answers == ["one", "two", ""])
      #expect(peer == address)
      #expect(client.peername == address)
    }
  }

  @Test("it is told when it is bound, connected, and when all is sent")
  func events() {
    withLoop { loop in
      var said: [String] = []
      let server = UDPHandle(
        bind: ("localhost", 0), on: loop, family: 4,
        on_bind: { said.append("bound \($0.sockname == $1) \($1.host)") })
      loop.run(until: { said.count == 1 })
      #expect(said == ["bound true 127.0.0.1"])
      let client = UDPHandle(
        connect: ("127.0.0.1", server.sockname?.port ?? 0), on: loop,
        on_connect: { handle, address in
          said.append("connected \(handle.peername == address)")
          handle.push_send("text")
        }, on_drain: { _ in said.append("sent") })
      #expect(said.count == 1)
      loop.run(until: { said.count == 3 })
      #expect(said[1...] == ["connected true", "sent"])
      withExtendedLifetime(client) {}
    }
  }

  @Test("thousands of datagrams come in order, and the buffer empties once an iteration")
  func many() throws {
    try withLoop { loop in
      var next = 0
      let server = UDPHandle(
        bind: here, on: loop, receive_size: 8,
        on_recv: { data, _, _ in
          #expect(data == Array("\(next)".utf8))
          next += 1
        })
      let address = try #require(server.sockname)
      let client = UDPHandle(on: loop)
      var drains = 0
      client.on_drain = { _ in drains += 1 }
      for round in 1...20 {
        // As many as the system's buffer takes.
        for number in (round - 1) * 100..<round * 100 { client.push_send("\(number)", address) }
        loop.run(until: { next == round * 100 })
      }
      #expect(drains == 20)
    }
  }

  @Test("what is longer than the limit is cut off, and the next datagram is whole")
  func truncated() {
    withLoop { loop in
      var found: [[UInt8]] = []
      let server = UDPHandle(
        bind: here, on: loop, receive_size: 4, on_recv: { data, _, _ in found.append(data) })
      let client = UDPHandle(on: loop)
      client.push_send("12345678", server.sockname)
      client.push_send("abc", server.sockname)
      loop.run(until: { found.count == 2 })
      #expect(found == [Array("1234".utf8), Array("abc".utf8)])
    }
  }

  @Test("a condition variable says when a datagram was sent, or why it was not")
  func results() throws {
    try withLoop { loop in
      let server = UDPHandle(bind: here, on: loop, on_recv: { _, _, _ in })
      let client = UDPHandle(on: loop)
      let sent: CondVar<Void> = client.push_send([1, 2, 3], server.sockname)
      try sent.recv()
      let tooLong: CondVar<Void> = client.push_send(
        [UInt8](repeating: 0, count: 70_000), server.sockname)
      #expect(throws: SocketError.self) { try tooLong.recv() }
      // The refused one does not stand in the way of the next.
      let next: CondVar<Void> = client.push_send([4], server.sockname)
      try next.recv()
      let nowhere: CondVar<Void> = UDPHandle(on: loop).push_send([4])
      #expect(throws: SocketError.self) { try nowhere.recv() }
    }
  }

  @Test("a handle that is destroyed says so of what it has not sent")
  func unsent() {
    withLoop { loop in
      let server = UDPHandle(bind: here, on: loop)
      let client = UDPHandle(on: loop)
      let sent: CondVar<Void> = client.push_send([1, 2, 3], server.sockname)
      client.destroy()
      #expect(throws: SocketError.self) { try sent.recv() }
      // The last reference goes before the end of the iteration.
      let alone: CondVar<Void> = UDPHandle(on: loop).push_send([4], server.sockname)
      #expect(throws: SocketError.self) { try alone.recv() }
    }
  }

  @Test("who stops listening in the callback loses nothing of what came together")
  func pausing() throws {
    try withLoop { loop in
      var found: [Int] = []
      let server = UDPHandle(bind: here, on: loop)
      let address = try #require(server.sockname)
      let client = UDPHandle(on: loop)
      var isSent = false
      client.on_drain = { _ in isSent = true }
      for number in 0..<70 { client.push_send([UInt8(number)], address) }
      loop.run(until: { isSent })
      for step in [1, 2, 30, 70] {
        server.on_recv = { data, handle, _ in
          found.append(Int(data[0]))
          if found.count == step { handle.on_recv = nil }
        }
        loop.run(until: { found.count == step })
        loop.settle()
        #expect(found == Array(0..<step))
      }
    }
  }

  @Test("a loop sleeps until a receiver in the file system has room")
  func fullReceiver() throws {
    let directory = try TemporaryDirectory()
    try withLoop { loop in
      let address = try #require(SocketAddress(path: directory.path + "/receiver"))
      let receiver = try DatagramSocket(on: loop, like: address)
      try receiver.bind(to: address)
      let sender = try DatagramSocket(on: loop, like: address)
      for number in 0..<1000 { sender.send([UInt8(number & 255)], to: address) }
      var isOver = false
      let timer = loop.timer(after: 0.05) { isOver = true }
      var iterations = 0
      loop.run(until: {
        iterations += 1
        return isOver
      })
      #expect(sender.queued > 0)
      #expect(iterations < 100)
      var found: [UInt8] = []
      receiver.received = { bytes, _ in found += bytes }
      loop.run(until: { found.count == 1000 })
      #expect(found == (0..<1000).map { UInt8($0 & 255) })
      withExtendedLifetime(timer) {}
    }
  }

  @Test("nobody at the other end is an error after which the handle goes on")
  func refused() throws {
    try withLoop { loop in
      let gone = UDPHandle(bind: here, on: loop)
      let address = try #require(gone.sockname)
      gone.destroy()
      var errors: [(Bool, String)] = []
      let client = UDPHandle(
        connect: (address.host, address.port), on: loop, on_recv: { _, _, _ in },
        on_error: { errors.append(($1, $2)) })
      client.push_send("anybody?")
      loop.run(until: { !errors.isEmpty })
      #expect(errors[0].0 == false)
      #expect(errors[0].1.hasSuffix("Connection refused"))
      #expect(client.fh != nil)
    }
  }

  @Test("an address that is not here, or taken, is a fatal error that comes later")
  func fatal() throws {
    try withLoop { loop in
      let other = UDPHandle(bind: here, on: loop)
      let taken = try #require(other.sockname)
      for address in [("192.0.2.77", 0), (taken.host, taken.port), ("no name", 1)] {
        var errors: [Bool] = []
        let handle = UDPHandle(
          bind: (address.0, address.1), on: loop, on_error: { _, fatal, _ in errors.append(fatal) })
        #expect(errors.isEmpty)
        loop.run(until: { !errors.isEmpty })
        loop.settle()
        #expect(errors == [true])
        #expect(handle.fh == nil)
      }
    }
  }

  @Test("each callback may destroy the handle, and is the last")
  func destroying() throws {
    try withLoop { loop in
      var calls = 0
      let server = UDPHandle(
        bind: here, on: loop,
        on_recv: { _, handle, _ in
          calls += 1
          handle.destroy()
        })
      let address = try #require(server.sockname)
      let client = UDPHandle(on: loop, on_drain: { $0.destroy() })
      client.push_send("one", address)
      client.push_send("two", address)
      loop.run(until: { calls > 0 && client.fh == nil })
      loop.settle()
      #expect(calls == 1)
      server.push_send("to nobody", address)
      server.destroy()
    }
  }

  @Test("the last reference that goes closes the socket and frees what callbacks hold")
  func lifetime() {
    final class Held {}
    weak var held: Held?
    withLoop { loop in
      do {
        let object = Held()
        held = object
        let handle = UDPHandle(
          bind: here, on: loop, on_recv: { [object] _, _, _ in withExtendedLifetime(object) {} })
        #expect(handle.fh != nil)
      }
      #expect(held == nil)
    }
  }

  @Test("what is sent while others are reported as sent is sent once")
  func sendingMeanwhile() {
    withLoop { loop in
      var found: [String] = []
      let server = UDPHandle(
        bind: here, on: loop,
        on_recv: { data, _, _ in found.append(String(decoding: data, as: UTF8.self)) })
      let client = UDPHandle(on: loop)
      for text in ["one", "two"] {
        let sent: CondVar<Void> = client.push_send(Array(text.utf8), server.sockname)
        sent.cb { _ in
          client.autoflush = true
          client.push_send("behind \(text)", server.sockname)
        }
      }
      loop.run(until: { found.count == 4 })
      loop.settle()
      #expect(found == ["one", "two", "behind one", "behind two"])
    }
  }

  @Test("the last reference may go in the callback of a datagram")
  func lastReference() throws {
    try withLoop { loop in
      var calls = 0
      var server: UDPHandle? = UDPHandle(bind: here, on: loop)
      server?.on_recv = { _, _, _ in
        calls += 1
        server = nil
      }
      let address = try #require(server?.sockname)
      let client = UDPHandle(on: loop)
      client.push_send("one", address)
      client.push_send("two", address)
      loop.run(until: { calls > 0 })
      loop.settle()
      #expect(calls == 1)
    }
  }

  @Test("silence is told on the loop's clock, and any datagram starts it anew")
  func timeouts() throws {
    let loop = Loop(manualTime: 1000)
    defer { loop.close() }
    var said: [String] = []
    let server = UDPHandle(
      bind: here, on: loop, rtimeout: 10, on_recv: { _, _, _ in said.append("data") },
      on_rtimeout: { _ in said.append("silence") })
    server.wtimeout = 25
    server.on_error = { said.append("\($1) \($2)") }
    loop.advance(by: 9)
    let client = UDPHandle(on: loop)
    client.push_send("x", server.sockname)
    loop.run(until: { said == ["data"] })
    loop.advance(by: 9)
    #expect(said == ["data"])
    loop.advance(by: 2)
    #expect(said == ["data", "silence"])
    loop.advance(by: 6)
    #expect(said == ["data", "silence", "false Connection timed out"])
  }
}
