// Messages that Swift cannot send are refused with a sentence that says how to write them. The compiler looks at
// these functions only when nothing else fits, so they cost no search.

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

/// Refuses a hash of values of any types.
@available(
  *, unavailable,
  message:
    "values of type Any cannot be stored: write [\"a\" => x, \"b\" => y], declare a dictionary of Value, or make a struct Codable and MessageConvertible"
)
public func db_reg(
  _ family: String, _ port: PortID,
  _ hash: [String: Any]  // String keys: what the caller has
) {}

/// Refuses a hash of values of any types.
@available(
  *, unavailable,
  message:
    "values of type Any cannot be a reason: write [\"a\" => x, \"b\" => y], declare a dictionary of Value, or make a struct Codable and MessageConvertible"
)
public func kil(
  _ port: some PortConvertible,
  _ hash: [String: Any]  // String keys: what the caller has
) {}

/// Refuses a hash of values of any types.
@available(
  *, unavailable,
  message:
    "values of type Any cannot be a reason: write [\"a\" => x, \"b\" => y], declare a dictionary of Value, or make a struct Codable and MessageConvertible"
)
public func kil(
  _ port: some PortConvertible, _ reason: (any MessageConvertible)?,
  _ hash: [String: Any]  // String keys: what the caller has
) {}

/// Refuses a hash of values of any types.
@available(
  *, unavailable,
  message:
    "values of type Any cannot be sent: write [\"a\" => x, \"b\" => y], declare a dictionary of Value, or make a struct Codable and MessageConvertible"
)
@discardableResult
public func spawn(
  _ node: some PortConvertible, _ function: String,
  _ hash: [String: Any]  // String keys: what the caller has
) -> PortID { PortID("") }

/// Refuses a hash of values of any types.
@available(
  *, unavailable,
  message:
    "values of type Any cannot be sent: write [\"a\" => x, \"b\" => y], declare a dictionary of Value, or make a struct Codable and MessageConvertible"
)
@discardableResult
public func spawn(
  _ node: some PortConvertible, _ function: String, _ first: (any MessageConvertible)?,
  _ hash: [String: Any]  // String keys: what the caller has
) -> PortID { PortID("") }

/// Refuses a hash of values of any types.
@available(
  *, unavailable,
  message:
    "values of type Any cannot be sent: write [\"a\" => x, \"b\" => y], declare a dictionary of Value, or make a struct Codable and MessageConvertible"
)
public func snd_to_func(
  _ node: some PortConvertible, _ function: String,
  _ hash: [String: Any]  // String keys: what the caller has
) {}

/// Refuses a hash of values of any types.
@available(
  *, unavailable,
  message:
    "values of type Any cannot be sent: write [\"a\" => x, \"b\" => y], declare a dictionary of Value, or make a struct Codable and MessageConvertible"
)
public func after(
  _ seconds: Double, _ port: some PortConvertible, _ first: (any MessageConvertible)?,
  _ hash: [String: Any]  // String keys: what the caller has
) {}

/// Refuses a hash of values of any types.
@available(
  *, unavailable,
  message:
    "values of type Any cannot be sent: write [\"a\" => x, \"b\" => y], declare a dictionary of Value, or make a struct Codable and MessageConvertible"
)
@discardableResult
public func cal(
  _ port: some PortConvertible, _ tag: some MessageTag,
  _ hash: [String: Any],  // String keys: what the caller has
  timeout: Double? = nil, _ callback: @escaping (_ reply: Message) throws -> Void
) -> PortID { PortID("") }

/// Refuses a hash of values of any types.
@available(
  *, unavailable,
  message:
    "values of type Any cannot be sent: write [\"a\" => x, \"b\" => y], declare a dictionary of Value, or make a struct Codable and MessageConvertible"
)
@_disfavoredOverload @discardableResult
public func cal<each A>(
  _ port: some PortConvertible, _ tag: some MessageTag,
  _ hash: [String: Any],  // String keys: what the caller has
  timeout: Double? = nil, _ callback: @escaping (repeat each A) throws -> Void
) -> PortID { PortID("") }
