import CAEMP
import CAEMPTesting
import TestSupport
import Testing

@Suite("Reading messages and values in C")
struct ReadingTests {
  /// Calls `body` in a callback with a message of these values, given as JSON.
  private func withMessage(_ json: String, _ body: @escaping (OpaquePointer) -> Void) throws {
    try withNode { host, node in
      let port = try makePort(node)
      final class Call {
        var body: ((OpaquePointer) -> Void)?
        var isDone = false
      }
      let call = Call()
      call.body = body
      let ud = Unmanaged.passUnretained(call).toOpaque()
      aemp_rcv(
        node, port, nil,
        { _, _, msg, ud in
          guard let ud, let msg else { return }
          let call = Unmanaged<Call>.fromOpaque(ud).takeUnretainedValue()
          call.body?(msg)
          call.isDone = true
        }, ud, nil)
      var list: OpaquePointer?
      #expect(aemp_value_from_json(json, -1, &list) == 0)
      var arguments = (0..<aemp_value_count(list)).map { aemp_val(aemp_value_index(list, $0)) }
      #expect(aemp_snd(node, port, &arguments, arguments.count) == 0)
      aemp_value_release(list)
      #expect(!call.isDone)
      host.run { call.isDone }
      aemp_port_release(port)
    }
  }

  @Test("values of all kinds")
  func values() throws {
    try withMessage(#"[null, true, -7, 18446744073709551615, 2.5, "text", [1, [2]], {"k": "v"}]"#) {
      message in
      let kinds = (0..<8).map { aemp_value_kind(aemp_msg_at(message, $0)) }
      #expect(
        kinds == [
          AEMP_NULL, AEMP_BOOL, AEMP_INT, AEMP_UINT, AEMP_DOUBLE, AEMP_STR, AEMP_ARRAY, AEMP_HASH,
        ])
      var int: Int64 = 0
      var uint: UInt64 = 0
      var double = 0.0
      func at(_ index: Int) -> OpaquePointer? { aemp_msg_at(message, index) }
      #expect(aemp_value_bool(at(1)) == 1)
      #expect(aemp_value_int(at(2), &int) == 0)
      #expect(int == -7)
      #expect(aemp_value_uint(at(2), &uint) == AEMP_ERANGE.rawValue)
      #expect(aemp_value_uint(at(3), &uint) == 0)
      #expect(uint == .max)
      #expect(aemp_value_int(at(3), &int) == AEMP_ERANGE.rawValue)
      #expect(aemp_value_double(at(4), &double) == 0)
      #expect(double == 2.5)
      #expect(aemp_value_int(at(4), &int) == AEMP_ETYPE.rawValue)
      #expect(aemp_value_int(at(5), &int) == AEMP_ETYPE.rawValue)
      var length = 0
      #expect(aemp_value_str(at(5), &length).map { String(cString: $0) } == "text")
      #expect(length == 4)
      #expect(aemp_value_str(at(6), &length) == nil)
      #expect(aemp_value_count(at(6)) == 2)
      #expect(jsonOfValue(aemp_value_index(aemp_value_index(at(6), 1), 0)) == "2")
      #expect(aemp_value_kind(aemp_value_index(at(6), 2)) == AEMP_NULL)
      #expect(jsonOfValue(aemp_value_key(at(7), "k", 1)) == "\"v\"")
      #expect(aemp_value_key(at(7), "x", 1) == nil)
      #expect(aemp_value_kind(at(8)) == AEMP_NULL)
      #expect(aemp_value_kind(at(-1)) == AEMP_NULL)
      #expect(aemp_value_bytes(at(5), &length) != nil)
      #expect(length == 4)
    }
  }

  @Test("a value that is retained outlives its message")
  func retained() throws {
    nonisolated(unsafe) var kept: OpaquePointer?
    nonisolated(unsafe) var inner: OpaquePointer?
    try withMessage(#"[{"a": [1, 2, "three"]}]"#) { message in
      kept = aemp_value_retain(aemp_msg_at(message, 0))
      inner = aemp_value_retain(aemp_value_key(kept, "a", -1))
    }
    #expect(jsonOfValue(kept) == #"{"a":[1,2,"three"]}"#)
    aemp_value_release(kept)
    #expect(jsonOfValue(inner) == #"[1,2,"three"]"#)
    var found: [String] = []
    withUnsafeMutablePointer(to: &found) { found in
      let status = aemp_value_each(
        inner,
        { key, index, value, ud in
          ud?.assumingMemoryBound(to: [String].self).pointee.append(
            "\(index) \(jsonOfValue(value))")
          return index == 1 ? 9 : 0
        }, found)
      #expect(status == 9)
    }
    #expect(found == ["0 1", "1 2"])
    aemp_value_release(inner)
  }

  @Test(
    "formats",
    arguments: [
      ("i", CInt(0)), ("i i", -7), ("is", 0), ("isd", 0), ("isdv", 0), ("isdv.", 0), ("isdv. ", 0),
      (". i", -1), ("isd.", -7),
      ("", 0),
      (".", -7), (".i", -1), ("z", -1), ("is?dvi", 0), ("?", 0), ("isdvi", -7), ("s", 0), ("p", 0),
      ("ip", 0),
      ("u", 0), ("b", 0), ("_s", 0), ("iSd", 0), ("d", 0), ("ix", 0), ("vvv", 0), ("iss", 0),
      ("__s_s", -7), ("isxi", -7),
    ])
  func formats(_ format: String, _ code: CInt) throws {
    try withMessage(#"[1, "two", 3.5, {"four": 5}]"#) { message in
      let memory = UnsafeMutableRawPointer.allocate(byteCount: 80, alignment: 16)
      defer { memory.deallocate() }
      memory.initializeMemory(as: UInt8.self, repeating: 0, count: 80)
      // The pointers go in order; those that are too many are not used.
      let status = aempt_get(
        message, format, memory, memory + 16, memory + 32, memory + 48, memory + 64)
      #expect(status == code, "\(format): \(lastError)")
      if format == "is" || format == "isdv." {
        #expect(memory.load(as: Int64.self) == 1)
        let text = memory.load(fromByteOffset: 16, as: UnsafePointer<CChar>.self)
        #expect(String(cString: text) == "two")
      }
      if format.contains("p"), code == 0 {
        aemp_port_release(
          memory.load(fromByteOffset: format == "p" ? 0 : 16, as: OpaquePointer?.self))
      }
    }
  }

  @Test("the sentence about a format says which value is wrong")
  func sentence() throws {
    try withMessage(#"[1, [2]]"#) { message in
      #expect(aempt_get(message, "is", nil, nil, nil, nil, nil) == AEMP_ETYPE.rawValue)
      #expect(lastError == #"format "is": value 1 should be text, but is an array"#)
      #expect(aempt_get(message, "ivi", nil, nil, nil, nil, nil) == AEMP_ETYPE.rawValue)
      #expect(lastError == #"format "ivi": value 2 should be an integer, but is missing"#)
    }
  }

  @Test("every code has a sentence, and the version is the header's")
  func sentences() {
    var all: Set<String> = []  // String keys: sentences of our own
    for code in -14...0 { all.insert(String(cString: aemp_strerror(CInt(code)))) }
    #expect(all.count == 15)
    #expect(String(cString: aemp_strerror(99)) == "an unknown error")
    #expect(aemp_version() == 1)
  }
}
