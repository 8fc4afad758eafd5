import AEValue
import Testing

@Suite struct TranscriptTests {
  @Test("all data phases are there") func allThere() throws {
    let phases = try Vectors.dataPhases()
    #expect(phases.count == 6)
    #expect(Set(phases.map(\.framing)) == [.cbor, .json])
  }

  @Test("a recorded data phase is the same packets however it is cut")
  func everyCut() throws {
    for phase in try Vectors.dataPhases() {
      let whole = packets(phase.framing, [phase.bytes])
      #expect(whole.error == nil, "\(phase)")
      #expect(whole.packets.count > 5, "\(phase)")
      #expect(whole.packets.first?.name == "")
      #expect(whole.packets.first?.message.first?.string?.hasPrefix("g_") == true)
      let single = packets(phase.framing, phase.bytes.map { [$0] })
      #expect(single.error == nil)
      #expect(same(single.packets, whole.packets))
      for cut in 0...phase.bytes.count {
        let halves = packets(
          phase.framing, [Array(phase.bytes[..<cut]), Array(phase.bytes[cut...])])
        #expect(halves.error == nil)
        #expect(same(halves.packets, whole.packets), "\(phase) \(cut)")
      }
    }
  }

  @Test("what was received can be sent on in either framing")
  func sentOn() throws {
    for phase in try Vectors.dataPhases() {
      for packet in packets(phase.framing, [phase.bytes]).packets {
        for framing in Framing.allCases {
          guard let bytes = try? encoded(framing, packet.name, packet.message) else {
            // Only infinities and NaN can't be.
            #expect(packet.description.contains("inf") || packet.description.contains("nan"))
            continue
          }
          let again = packets(framing, [bytes])
          #expect(again.error == nil)
          #expect(again.packets.map(\.name) == [packet.name])
          #expect(
            CBOREncoding.canonical(.array(again.packets.first?.message ?? []))
              == CBOREncoding.canonical(.array(packet.message)), "\(packet)")
        }
      }
    }
  }
}
