import Testing

@testable import AEValue

@Test("null is its own value") func nullIsNull() { #expect(Value.null == .null) }
