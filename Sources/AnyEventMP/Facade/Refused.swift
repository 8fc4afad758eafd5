// What Swift cannot send, refused with a sentence that says what to write instead of it. The compiler looks at these
// only when nothing else fits, so they cost no search.

/// Refuses a hash of values of any types.
@available(
  *, unavailable,
  message:
    "values of type Any cannot be sent: write [\"a\" => x, \"b\" => y], declare a dictionary of Value, or make a struct Codable and MessageConvertible"
)
public func snd(
  _ port: some PortConvertible,
  _ hash: [String: Any]  // String keys: what the caller has
) {}

/// Refuses a hash of values of any types.
@available(
  *, unavailable,
  message:
    "values of type Any cannot be sent: write [\"a\" => x, \"b\" => y], declare a dictionary of Value, or make a struct Codable and MessageConvertible"
)
public func snd(
  _ port: some PortConvertible, _ a: (any MessageConvertible)?,
  _ hash: [String: Any]  // String keys: what the caller has
) {}

/// Refuses a hash of values of any types.
@available(
  *, unavailable,
  message:
    "values of type Any cannot be sent: write [\"a\" => x, \"b\" => y], declare a dictionary of Value, or make a struct Codable and MessageConvertible"
)
public func snd(
  _ port: some PortConvertible, _ a: (any MessageConvertible)?, _ b: (any MessageConvertible)?,
  _ hash: [String: Any]  // String keys: what the caller has
) {}

/// Refuses an array of values of any types.
@available(
  *, unavailable,
  message:
    "values of type Any cannot be sent: declare an array of Value, or make a struct Codable and MessageConvertible"
)
public func snd(_ port: some PortConvertible, _ a: (any MessageConvertible)?, _ array: [Any]) {}

/// Refuses a hash of values of any types.
@available(
  *, unavailable,
  message:
    "values of type Any cannot be stored: write [\"a\" => x, \"b\" => y], declare a dictionary of Value, or make a struct Codable and MessageConvertible"
)
public func db_set(
  _ family: String, _ key: some DatabaseKey,
  _ hash: [String: Any]  // String keys: what the caller has
) {}
