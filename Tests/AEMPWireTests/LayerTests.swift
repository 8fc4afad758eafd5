import Testing

@testable import AEMPWire

@Test("null is its own value") func nullIsNull() { #expect(Value.null == .null) }
