import Testing

@testable import AnyEvent

@Test("null is its own value") func nullIsNull() { #expect(Value.null == .null) }
