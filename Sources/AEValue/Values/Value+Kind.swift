extension Value {
  /// What kind of value this is, as error messages name it: `"a string"`, `"null"`, ….
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .int, .uint: "an integer"
    case .double: "a float"
    case .string: "a string"
    case .bytes: "binary data"
    case .array: "an array"
    case .hash: "a hash"
    }
  }
}
