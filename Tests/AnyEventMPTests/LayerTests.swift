import Testing

@testable import AnyEventMP

@Test("null is its own value") func nullIsNull() { #expect(Value.null == .null) }
