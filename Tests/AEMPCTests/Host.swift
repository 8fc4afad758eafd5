import CAEMP
import CAEMPTesting
import Synchronization
import TestSupport
import Testing

extension HostLoop {
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
}

/// Calls `body` with a host and a node on its loop, and ends both; the loop has the handles it had.
func withNode(_ body: (HostLoop, OpaquePointer) throws -> Void) throws {
  let host = HostLoop()
  defer { host.close() }
  let before = host.handleCount
  let node = try host.attach()
  defer {
    host.end(node)
    #expect(host.handleCount == before)
  }
  try body(host, node)
}

/// What callbacks have seen; it is their user data, and kept for the whole run, as they may come late.
final class Recorder: @unchecked Sendable {
  private static let all = Mutex<[Recorder]>([])

  var events: [String] = []
  var freed = 0
  var port: OpaquePointer?
  var action: (() -> Void)?

  init() { Self.all.withLock { $0.append(self) } }

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
/// The same, and that is an event.
let freeingLoudly: aemp_free_cb = {
  let recorder = Recorder.from($0)
  recorder.freed += 1
  recorder.add("freed")
}
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

/// Sends a message of one value.
func sendOne(_ node: OpaquePointer?, _ port: OpaquePointer?, _ argument: aemp_arg) -> CInt {
  var argument = argument
  return aemp_snd(node, port, &argument, 1)
}

/// Configures a node and returns where it listens.
@discardableResult
func join(_ node: OpaquePointer, _ id: String, seed: String?) -> String {
  id.withCString { id in
    "127.0.0.1:*".withCString { bind in
      (seed ?? "").withCString { seedText in
        var binds: [UnsafePointer<CChar>?] = [bind, nil]
        var seeds: [UnsafePointer<CChar>?] = [seed == nil ? nil : seedText, nil]
        return binds.withUnsafeMutableBufferPointer { binds in
          seeds.withUnsafeMutableBufferPointer { seeds in
            var options = aemp_options()
            options.size = MemoryLayout<aemp_options>.size
            options.nodeid = id
            options.binds = UnsafePointer(binds.baseAddress)
            options.seeds = UnsafePointer(seeds.baseAddress)
            #"{"secret":"of the tests"}"#.withCString { settings in
              options.settings = settings
              #expect(aemp_configure(node, &options, nil, nil, nil) == 0, "\(lastError)")
            }
          }
        }
      }
    }
  }
  var status: OpaquePointer?
  #expect(aemp_status(node, &status) == 0)
  defer { aemp_value_release(status) }
  let listener = aemp_value_index(aemp_value_key(status, "binds", -1), 0)
  return aemp_value_str(listener, nil).map { String(cString: $0) } ?? ""
}
