extension Value: CustomStringConvertible {
  /// The value as JSON, with sorted names, for people: infinities, NaN and any depth are shown too.
  public var description: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let flag): text += flag ? "true" : "false"
    case .int(let number): text += String(number)
    case .uint(let number): text += String(number)
    case .double(let number): text += number.description
    case .string, .bytes:
      let buffer = ByteBuffer()
      let limits = CodecLimits(maximumSize: .max)
      // Text and bytes of any contents can be written.
      try? JSONEncoding.append(self, to: buffer, limits: limits)
      text += String(decoding: buffer.bytes, as: UTF8.self)
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        element.write(to: &text)
      }
      text += "]"
    case .hash(let elements):
      text += "{"
      for (index, key) in elements.keys.sorted().enumerated() {
        if index > 0 { text += "," }
        Value.string(key).write(to: &text)
        text += ":"
        self[key].write(to: &text)
      }
      text += "}"
    }
  }
}
