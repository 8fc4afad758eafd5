// Values of the plainest types need no encoder and no decoder.

extension Value {
  /// The value that a plain type, or an array of plain types, is encoded as; nil for other types.
  init?<Plain>(plain value: Plain) {
    func cast<Known>(_ type: Known.Type) -> Known? {
      Plain.self == type ? unsafeBitCast(value, to: type) : nil
    }
    if let number = cast(Int.self) {
      self = .int(number)
    } else if let text = cast(String.self) {
      self = .string(text)
    } else if let number = cast(Double.self) {
      self = .double(number)
    } else if let flag = cast(Bool.self) {
      self = .bool(flag)
    } else if let numbers = cast([Int].self) {
      self = .array(numbers.map { .int($0) })
    } else if let texts = cast([String].self) {
      self = .array(texts.map { .string($0) })
    } else if let numbers = cast([Double].self) {
      self = .array(numbers.map { .double($0) })
    } else {
      return nil
    }
  }

  /// The value as a plain type, or an array of those; nil for other types, and if it has to be converted.
  func plain<Plain>(as type: Plain.Type) -> Plain? {
    func cast<Known>(_ known: Known) -> Plain? {
      Known.self == type ? unsafeBitCast(known, to: type) : nil
    }
    switch self {
    case .int(let number): return cast(number)
    case .string(let text): return cast(text)
    case .double(let number): return cast(number)
    case .bool(let flag): return cast(flag)
    case .bytes(let bytes): return cast(bytes)
    case .array(let elements):
      if type == [Int].self { return plain(elements) { $0.plain(as: Int.self) }.flatMap(cast) }
      if type == [String].self {
        return plain(elements) { $0.plain(as: String.self) }.flatMap(cast)
      }
      if type == [Double].self {
        return plain(elements) { $0.plain(as: Double.self) }.flatMap(cast)
      }
      return nil
    case .null, .uint, .hash: return nil
    }
  }

  private func plain<Element>(
    _ elements: [Value], _ element: (Value) -> Element?
  ) -> [Element]? {
    var all: [Element] = []
    all.reserveCapacity(elements.count)
    for value in elements {
      guard let element = element(value) else { return nil }
      all.append(element)
    }
    return all
  }
}
