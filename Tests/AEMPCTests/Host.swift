import CAEMP
import CAEMPTesting
import CLibUV
import Glibc
import Testing

/// A program with a libuv loop of its own.
final class Host {
  let uv: UnsafeMutablePointer<uv_loop_t>
  private let ticker: UnsafeMutablePointer<uv_timer_t>
  private(set) var ticks = 0

  init() {
    uv = .allocate(capacity: 1)
    uv_loop_init(uv)
    ticker = .allocate(capacity: 1)
    uv_timer_init(uv, ticker)
    ticker.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    uv_timer_start(
      ticker,
      { handle in
        guard let data = handle?.pointee.data else { return }
        Unmanaged<Host>.fromOpaque(data).takeUnretainedValue().ticks += 1
      }, 1, 1)
  }

  /// All handles on the loop.
  var handleCount: Int {
    var count = 0
    uv_walk(uv, { _, count in count?.assumingMemoryBound(to: Int.self).pointee += 1 }, &count)
    return count
  }

  /// Runs the loop until the condition holds.
  func run(_ comment: Comment? = nil, until condition: () -> Bool) {
    let end = ticks + 20_000
    while !condition() {
      uv_run(uv, UV_RUN_ONCE)
      if ticks > end {
        Issue.record(comment ?? "the condition was never met")
        return
      }
    }
  }

  /// Runs some turns, in which nothing is expected.
  func runTurns(_ count: Int = 5) {
    let end = ticks + count
    while ticks < end { uv_run(uv, UV_RUN_ONCE) }
  }

  /// A new node on the loop.
  func attach() throws -> OpaquePointer {
    var node: OpaquePointer?
    #expect(aempt_attach(uv, &node) == 0)
    return try #require(node)
  }

  /// Closes a node, runs the loop until it is, and releases it.
  func end(_ node: OpaquePointer) {
    aemp_node_close(node, 0, nil, nil)
    run("the node never closed") { aemp_node_is_closed(node) == 1 }
    aemp_node_release(node)
  }

  func close() {
    uv_close(UnsafeMutableRawPointer(ticker).assumingMemoryBound(to: uv_handle_t.self), nil)
    while uv_run(uv, UV_RUN_DEFAULT) != 0 {}
    #expect(uv_loop_close(uv) == 0)
    ticker.deallocate()
    uv.deallocate()
  }
}

/// Calls `body` with a host and a node on its loop, and ends both; the loop has the handles it had.
func withNode(_ body: (Host, OpaquePointer) throws -> Void) throws {
  let host = Host()
  defer { host.close() }
  let before = host.handleCount
  let node = try host.attach()
  defer {
    host.end(node)
    #expect(host.handleCount == before)
  }
  try body(host, node)
}

/// What callbacks have seen; it is their user data.
final class Recorder {
  var events: [String] = []
  var freed = 0
  var port: OpaquePointer?
  var action: (() -> Void)?

  var ud: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  static func from(_ ud: UnsafeMutableRawPointer?) -> Recorder {
    guard let ud else { return Recorder() }
    return Unmanaged<Recorder>.fromOpaque(ud).takeUnretainedValue()
  }

  func add(_ event: String) {
    events.append(event)
    action?()
  }
}

let freeing: aemp_free_cb = { Recorder.from($0).freed += 1 }
let recording: aemp_msg_cb = { _, _, msg, ud in Recorder.from(ud).add(json(msg)) }
let recordingReason: aemp_reason_cb = { _, msg, ud in Recorder.from(ud).add("reason " + json(msg)) }
let recordingNode: aemp_node_cb = { _, ud in Recorder.from(ud).add("called") }
let recordingValue: aemp_value_cb = { _, value, ud in Recorder.from(ud).add(jsonOfValue(value)) }

/// A message as JSON.
func json(_ message: OpaquePointer?) -> String {
  let values = (0..<aemp_msg_count(message)).map { jsonOfValue(aemp_msg_at(message, $0)) }
  return "[" + values.joined(separator: ",") + "]"
}

func jsonOfValue(_ value: OpaquePointer?) -> String {
  var text: UnsafeMutablePointer<CChar>?
  guard aemp_value_to_json(value, &text, nil) == 0, let text else { return "?" }
  defer { aemp_free(text) }
  return String(cString: text)
}

/// A new port of the node, with its handle in the recorder's keeping until it is released.
func makePort(_ node: OpaquePointer) throws -> OpaquePointer {
  var port: OpaquePointer?
  #expect(aemp_port_new(node, &port) == 0)
  return try #require(port)
}

/// A literal as C has it: at a place that stays.
func lasting(_ text: StaticString) -> UnsafePointer<CChar> {
  UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

var lastError: String { aemp_last_error().map { String(cString: $0) } ?? "" }

/// Runs `body` on a thread of its own and waits for it.
func onAnotherThread(_ body: @escaping () -> Void) { HostThread(body).join() }

/// A thread of the host's.
final class HostThread {
  private var thread = pthread_t()

  init(_ body: @escaping () -> Void) {
    final class Job {
      let body: () -> Void
      init(_ body: @escaping () -> Void) { self.body = body }
    }
    pthread_create(
      &thread, nil,
      { job in
        if let job { Unmanaged<Job>.fromOpaque(job).takeRetainedValue().body() }
        return nil
      }, Unmanaged.passRetained(Job(body)).toOpaque())
  }

  func join() { pthread_join(thread, nil) }
}
