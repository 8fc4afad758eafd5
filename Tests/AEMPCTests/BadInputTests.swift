import CAEMP
import CAEMPTesting
import Foundation
import TestSupport
import Testing

@Suite("aemp.h answers mistakes with a code and a sentence")
struct BadInputTests {
  @Test("every function of the header is called in each situation, and answers as it says")
  func everyFunction() {
    let package = (0..<3).reduce(URL(fileURLWithPath: #filePath)) { path, _ in
      path.deletingLastPathComponent()
    }
    let header = package.appendingPathComponent("Sources/CAEMP/include/aemp.h").path
    var report = [CChar](repeating: 0, count: 1 << 16)
    report.withUnsafeMutableBufferPointer { report in
      // Not in the child of a fork, which would be one of a process with many threads:
      // scripts/tests/embed.sh does that.
      let count = aempt_every(header, 0, report.baseAddress, report.count)
      #expect(report.baseAddress.map { String(cString: $0) } == "")
      #expect(count > 60)
    }
  }

  @Test("NULL is refused as every other argument, too")
  func null() throws {
    try withNode { _, node in
      let port = try makePort(node)
      let einval = AEMP_EINVAL.rawValue
      let ud = Recorder()
      let codes: [CInt] = [
        aemp_node_close(nil, 0, nil, nil), aemp_node_adopt(nil), aemp_node_ref(nil),
        aemp_attach_uv(nil, nil, 0, 0, nil), aemp_pump_new(nil, nil), aemp_pump_step(nil, nil),
        aemp_pump_step(node, nil),
        aemp_port_new(node, nil), aemp_port_of(nil, 0, nil), aemp_tag_new(nil, 0, nil),
        aemp_rcv(node, nil, nil, recording, ud.ud, freeing), aemp_snd(node, nil, nil, 0),
        aemp_snd(node, port, nil, 1), aemp_kil(node, nil, nil, 0), aemp_kil(node, port, nil, 1),
        aemp_die(node, nil), aemp_die(node, "outside"),
        aemp_mon(node, port, nil, ud.ud, freeing, nil),
        aemp_mon(node, nil, recordingReason, ud.ud, freeing, nil),
        aemp_mon_kil(node, port, nil, nil), aemp_mon_snd(node, port, nil, nil, 0, nil),
        aemp_cal(node, port, 1, nil, 0, nil, ud.ud, freeing),
        aemp_cal(node, port, .nan, nil, 0, recordingReason, ud.ud, freeing),
        aemp_sub(node, nil, recording, ud.ud, freeing),
        aemp_sub(node, "", recording, ud.ud, freeing),
        aemp_spawn(node, nil, "f", nil, 0, nil), aemp_spawn(node, "n", nil, nil, 0, nil),
        aemp_snd_to_func(node, nil, "f", nil, 0), aemp_snd_to_func(node, "n", nil, nil, 0),
        aemp_watch_cancel(nil), aemp_db_set(node, nil, "k", nil), aemp_db_set(node, "f", nil, nil),
        aemp_db_del(node, nil, nil), aemp_db_del(node, "f", nil),
        aemp_db_reg(node, nil, port, nil, nil),
        aemp_db_get(node, nil, recordingValue, ud.ud, freeing),
        aemp_db_get(node, "f", nil, ud.ud, freeing),
        aemp_db_mon(node, "f", nil, ud.ud, freeing, nil),
        aemp_mon_nodes(node, nil, ud.ud, freeing, nil), aemp_node_is_up(node, nil),
        aemp_status(node, nil), CInt(aemp_queued_bytes(node, nil)),
        aemp_when_drained(node, nil, recordingNode, ud.ud, freeing),
        aemp_when_drained(node, "n", nil, ud.ud, freeing), aemp_post(node, nil, ud.ud, freeing),
        aemp_post_snd(node, nil, nil, 0),
        aemp_on_log(node, 0, { _, _, _, _, _ in }, ud.ud, freeing),
        aemp_on_log(node, 10, { _, _, _, _, _ in }, ud.ud, freeing),
        aempt_get(nil, "i", nil, nil, nil, nil, nil), aemp_value_int(nil, nil),
        aemp_value_each(nil, nil, nil), aemp_value_port(nil, nil),
        aemp_value_from_json(nil, 0, nil),
        aemp_value_to_json(nil, nil, nil),
      ]
      for (index, code) in codes.enumerated() { #expect(code == einval, "call \(index)") }
      #expect(aemp_node_id(nil) == nil)
      #expect(aemp_port_id(nil, nil) == nil)
      #expect(aemp_msg_count(nil) == 0)
      #expect(aemp_msg_at(nil, 0) == nil)
      #expect(aemp_value_kind(nil) == AEMP_NULL)
      #expect(aemp_value_bool(nil) == 0)
      #expect(aemp_value_str(nil, nil) == nil)
      #expect(aemp_value_index(nil, 0) == nil)
      #expect(aemp_value_key(nil, "k", 1) == nil)
      #expect(aemp_node_retain(nil) == nil)
      #expect(aemp_node_is_closed(nil) == 1)
      aemp_node_release(nil)
      aemp_port_release(nil)
      aemp_tag_release(nil)
      aemp_watch_release(nil)
      aemp_value_release(nil)
      aemp_port_release(port)
    }
  }

  @Test("a size of 2^63 and more is refused")
  func sizes() throws {
    try withNode { _, node in
      let port = try makePort(node)
      for size in [Int.min, -2] {
        var handle: OpaquePointer?
        #expect(aemp_port_of("a#b", size, &handle) == AEMP_EINVAL.rawValue)
        #expect(aemp_tag_new("tag", size, &handle) == AEMP_EINVAL.rawValue)
        #expect(aemp_value_from_json("1", size, &handle) == AEMP_EINVAL.rawValue)
        #expect(handle == nil)
        for argument in [aemp_strn(lasting("x"), size), aemp_bytes(lasting("x"), size)] {
          #expect(sendOne(node, port, argument) == AEMP_EINVAL.rawValue)
        }
        #expect(aemp_snd(node, port, nil, size) == AEMP_EINVAL.rawValue)
        #expect(aemp_msg_at(nil, size) == nil)
      }
      var one = aemp_int(1)
      #expect(aemp_snd(node, port, &one, 1 << 40) == AEMP_ETOOBIG.rawValue)
      aemp_port_release(port)
    }
  }

  @Test("arguments of kinds that cannot be sent are refused")
  func kinds() throws {
    try withNode { host, node in
      let port = try makePort(node)
      for kind in [-1, 7, 8, 9, 31, 36, CInt.max, CInt.min] {
        var argument = aemp_int(1)
        argument.kind = kind
        #expect(sendOne(node, port, argument) == AEMP_ETYPE.rawValue)
        #expect(lastError.contains("argument 0"))
      }
      for argument in [
        aemp_str(nil), aemp_bytes(nil, 1), aemp_json(nil), aemp_json(lasting("{")), aemp_ref(nil),
        aemp_tagged(nil),
        aemp_val(nil),
      ] { #expect(sendOne(node, port, argument) == AEMP_EINVAL.rawValue) }
      aemp_port_release(port)
    }
  }

  @Test("options of other headers")
  func options() throws {
    try withNode { host, node in
      let size = MemoryLayout<aemp_options>.size
      let memory = UnsafeMutableRawPointer.allocate(byteCount: size + 64, alignment: 16)
      defer { memory.deallocate() }
      memory.initializeMemory(as: UInt8.self, repeating: 0, count: size + 64)
      let options = memory.assumingMemoryBound(to: aemp_options.self)
      func configure(_ given: Int) -> CInt {
        options.pointee.size = given
        return aemp_configure(node, options, nil, nil, nil)
      }
      #expect(configure(0) == AEMP_EINVAL.rawValue)
      #expect(configure(-1) == AEMP_EINVAL.rawValue)
      memory.storeBytes(of: 1, toByteOffset: size + 8, as: UInt8.self)
      #expect(configure(size + 64) == AEMP_EVERSION.rawValue)
      memory.storeBytes(of: 0, toByteOffset: size + 8, as: UInt8.self)
      options.pointee.flags = 1 << 20
      #expect(configure(size) == AEMP_EVERSION.rawValue)
      options.pointee.flags = 0
      "{\"nosuch\":1}".withCString { settings in
        options.pointee.settings = settings
        #expect(configure(size) == AEMP_ECONFIG.rawValue)
        #expect(lastError.contains("nosuch"))
      }
      "[".withCString { settings in
        options.pointee.settings = settings
        #expect(configure(size) == AEMP_ECONFIG.rawValue)
      }
      "{\"heartbeat\":\"soon\"}".withCString { settings in
        options.pointee.settings = settings
        #expect(configure(size) == AEMP_ECONFIG.rawValue)
        // The mistake is in the program, and not in what somebody has typed.
        #expect(lastError.contains("heartbeat in the arguments of configure"), "\(lastError)")
      }
      options.pointee.settings = nil
      // A shorter one of an older header, and a longer one that says nothing more.
      #expect(configure(16) == 0, "\(lastError)")
      #expect(configure(size + 64) == AEMP_ECONFIGURED.rawValue)
      host.runTurns(1)
    }
  }

  @Test("a loop of another libuv is refused")
  func anotherLibUV() throws {
    let host = HostLoop()
    defer { host.close() }
    for index in 0..<43 {
      var node: OpaquePointer?
      #expect(aempt_attach_foreign(host.uv, index, &node) == AEMP_EUV.rawValue)
      #expect(node == nil)
    }
    #expect(lastError.contains("libuv"))
  }
}
