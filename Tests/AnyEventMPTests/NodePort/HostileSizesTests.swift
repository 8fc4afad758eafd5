import AnyEvent
import Glibc
import TestSupport
import Testing

@testable import AnyEventMP

/// Requests of each kind, made of what is large, strange or much.
private enum HostileRequest {
  /// All requests to the node port, and some names that are none.
  static let names: [String] =
    [
      "mon1", "mon0", "kil0", "kil1", "snd", "time", "can", "devnull", "eval", "x-status",
      "AnyEvent::MP::_spawn", "AnyEvent::MP::Global::none", "", "nothing",
    ] + DatabaseRequest.names.sorted()

  /// What they are asked with; the number makes them differ.
  static func arguments(_ number: Int) -> [[Value]] {
    // Not by repeating a string, which takes longer than all requests do.
    let text =
      String(decoding: [UInt8](repeating: 0x78, count: 200_000), as: UTF8.self) + "\(number)"
    let long = Value.string(text)
    let short = Value.string("s\(number)")
    return [
      [], [long], [long, long], [long, long, long], [short, long], [short, short, long],
      [.string(text + "#p"), long], [.string("\(text)#\(text)"), long],
      [short, .string("n\(number)#p"), long], [.string("n\(number)#p"), long],
      [.hash([text: .hash([text: long])])], [.hash([text: .hash([text: long])]), long],
      [long, .hash([text: long]), .array([long])], [.array([long])], [.bytes(Array(text.utf8))],
      // Numbers that no message may hold go nowhere.
      [short, .double(.infinity)], [.string("i\(number)#p"), .double(.infinity)],
      [short, .string("j\(number)#p"), .double(.nan)],
    ]
  }
}

/// Bytes of memory that this process has.
private var residentBytes: Int {
  guard let file = fopen("/proc/self/statm", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 100)
  guard fgets(&line, 100, file) != nil else { return 0 }
  let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  return (Int(text.split(separator: " ")[1]) ?? 0) * Int(getpagesize())
}

private func fail(_ text: String) -> Never {
  _ = text.utf8CString.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count - 1) }
  exit(1)
}

/// In a process of its own, whose memory is nobody else's.
private func runHostileRequests() throws {
  try withLoop { loop in
    let node = try Node.listening(
      on: loop, seeds: ["127.0.0.1:1"],
      limits: LimitArguments(max_queue: 1 << 20, max_queues: 1 << 20, max_spawned: 1))
    defer { node.close() }
    node.run {
      sub("t::init") { rcv(SELF, "never") {} }
      _ = AnyEventMP.spawn(node.id, "t::init")
    }
    loop.settle()
    let bench = try RequestBench(node, loop)
    // A sanitizer takes its time, and memory is not judged then.
    let times = Sanitizer.current == nil ? 8 : 2
    // Once for what is made only once.
    for round in 0..<2 {
      for name in HostileRequest.names {
        for index in HostileRequest.arguments(0).indices {
          _ = bench.answers()
          let (memory, entries) = (residentBytes, node.knownNodes.count)
          for number in 0..<(round == 0 ? 1 : times) {
            let message = [.string(name)] + HostileRequest.arguments(10 * round + number)[index]
            bench.request(message)
            _ = bench.answers()
          }
          // 8 texts of 200 KB, were they kept, are 1.6 MB; what is queued may be, to a quarter of a MiB.
          let kept = residentBytes - memory - node.waitingBytes
          if round > 0, Sanitizer.current == nil, kept > 1_000_000 {
            fail("\(times) times \(name), arguments \(index): \(kept) bytes are kept")
          }
          if round > 0, node.knownNodes.count > entries + times {
            fail(
              "\(times) times \(name), arguments \(index): \(node.knownNodes.count) nodes are kept")
          }
          if node.waitingBytes > 1 << 18 {
            fail("\(name), arguments \(index): \(node.waitingBytes) bytes wait")
          }
        }
      }
    }
  }
}

@Suite("Hostile sizes") struct HostileSizesTests {
  @Test("no request with large names or texts leaves them behind, whatever becomes of it")
  func remembered() async {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      try runHostileRequests()
    }
    let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(!said.contains("are kept") && !said.contains("bytes wait"), "\(said.suffix(500))")
  }

  @Test("a refused spawn is remembered by its name alone, which has a limit")
  func refusedSpawns() throws {
    try withBench(limits: LimitArguments(max_spawned: 1)) { bench in
      sub("t::init") { rcv(SELF, "never") {} }
      /// Why a port is gone, as who monitors it is told.
      func reason(_ name: String) -> Value? {
        _ = bench.answers()
        bench.request("mon1", .string(name))
        return bench.answers().first { $0[1] == "kil0" }?[3]
      }
      bench.request("AnyEvent::MP::_spawn", "first", "t::init")
      for number in 0..<100 {
        let name =
          String(decoding: [UInt8](repeating: 0x78, count: 100_000), as: UTF8.self) + "\(number)"
        bench.request("AnyEvent::MP::_spawn", .string(name), "t::init", .string(name))
        #expect(reason(name) == "no_such_port")
      }
      bench.request("AnyEvent::MP::_spawn", "second", "t::init")
      #expect(reason("second") == "too_many_ports")
      #expect(bench.node.status.portCount == 1)
    }
  }
}
