extension Greeting {
  /// Reads the first line of a greeting, without its line ending.
  ///
  /// - Throws: ``Refusal`` with the code ``Refusal/Code/malformedGreeting``,
  ///   ``Refusal/Code/wrongVersion`` or ``Refusal/Code/invalidNodeID``.
  public init(line: String) throws(Refusal) {
    let fields = Greeting.split(line, at: UInt8(ascii: ";"), Greeting.unescape)
    guard Greeting.isValid(protocolName: fields[0]) else { throw .notAEMP(line) }
    // Another version may have other fields: so it is looked at before their number.
    guard fields.count > 1 else { throw .tooFewFields }
    guard fields[1] == Greeting.version else { throw .wrongVersion(fields[1]) }
    guard fields.count >= 5 else { throw .tooFewFields }
    guard Greeting.isValid(nodeID: fields[2]) else { throw .invalidNodeID(fields[2]) }
    let (methods, framings) = (Greeting.list(fields[3]), Greeting.list(fields[4]))
    let most = Greeting.mostInList
    guard fields.count - 5 <= most, methods.count <= most, framings.count <= most else {
      throw .tooManyFields
    }
    self.init(
      protocolName: fields[0], nodeID: fields[2],
      authMethods: methods.map(AuthMethod.init(rawValue:)), framings: framings,
      keys: fields[5...].compactMap(Greeting.key))
  }

  /// The most methods, framings or keys of a greeting that is taken: of thousands, which fit into a
  /// line, a stranger's connection would take many times the memory of what was sent.
  private static let mostInList = 100

  /// The line that is sent, without a line ending.
  public var line: String {
    var line = ""
    line.reserveCapacity(256)
    Greeting.append(protocolName, to: &line)
    line += ";"
    line += Greeting.version
    line += ";"
    Greeting.append(nodeID, to: &line)
    for (index, method) in authMethods.enumerated() {
      line += index == 0 ? ";" : ","
      Greeting.append(method.rawValue, to: &line)
    }
    if authMethods.isEmpty { line += ";" }
    for (index, framing) in framings.enumerated() {
      line += index == 0 ? ";" : ","
      Greeting.append(framing, to: &line)
    }
    if framings.isEmpty { line += ";" }
    for key in keys {
      line += ";"
      Greeting.append(key.name, to: &line)
      line += "="
      Greeting.append(key.value, to: &line)
    }
    return line
  }

  /// Appends a field or a part of one, escaped where it must be.
  private static func append(_ text: String, to line: inout String) {
    line += escape(text)
  }

  /// The fields between separators, each made by `field` out of its bytes.
  private static func split(
    _ line: String, at separator: UInt8, _ field: (UnsafeBufferPointer<UInt8>) -> String
  ) -> [String] {
    var line = line
    return line.withUTF8 { bytes in
      var fields: [String] = []
      fields.reserveCapacity(12)
      var start = 0
      for index in bytes.indices where bytes[index] == separator {
        fields.append(field(UnsafeBufferPointer(rebasing: bytes[start..<index])))
        start = index + 1
      }
      fields.append(field(UnsafeBufferPointer(rebasing: bytes[start...])))
      return fields
    }
  }

  private static func list(_ field: String) -> [String] {
    split(field, at: UInt8(ascii: ",")) { String(decoding: $0, as: UTF8.self) }
      .filter { !$0.isEmpty }
  }

  private static func key(_ field: String) -> Key? {
    guard !field.isEmpty else { return nil }
    guard let equals = field.utf8.firstIndex(of: UInt8(ascii: "=")) else { return Key(field, "") }
    return Key(String(field[..<equals]), String(field[field.utf8.index(after: equals)...]))
  }

  /// `%` as `%25` and `;` as `%3b`.
  static func escape(_ field: String) -> String {
    guard field.utf8.contains(where: { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: "%") }) else {
      return field
    }
    var text = ""
    for scalar in field.unicodeScalars {
      switch scalar {
      case ";": text += "%3b"
      case "%": text += "%25"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  /// The opposite of `escape`; any other `%` is left alone, because 2.02 escapes nothing.
  static func unescape(_ field: UnsafeBufferPointer<UInt8>) -> String {
    guard field.contains(UInt8(ascii: "%")) else { return String(decoding: field, as: UTF8.self) }
    var bytes: [UInt8] = []
    var rest = field[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      if rest.starts(with: "3b".utf8) || rest.starts(with: "3B".utf8) {
        bytes.append(UInt8(ascii: ";"))
        rest.removeFirst(2)
      } else if rest.starts(with: "25".utf8) {
        bytes.append(UInt8(ascii: "%"))
        rest.removeFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
