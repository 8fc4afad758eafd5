/// The third line: `<method>;<data>;<framing>`.
struct AuthLine: Equatable {
  var method: AuthMethod
  /// Lower-case hexadecimal digits or nothing, as the method wants it.
  var data: [UInt8]
  var framing: String

  init(method: AuthMethod, data: [UInt8], framing: Framing) {
    self.method = method
    self.data = data
    self.framing = framing.rawValue
  }

  /// Reads a line without its ending.
  init(line: [UInt8]) throws(Refusal) {
    let fields = line.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
    guard fields.count >= 3, let method = String(validating: fields[0], as: UTF8.self),
      let framing = String(validating: fields[2], as: UTF8.self)
    else { throw .malformedAuthLine }
    self.method = AuthMethod(rawValue: method)
    data = Array(fields[1])
    self.framing = framing
  }

  /// The line with its ending.
  var bytes: [UInt8] {
    Array(method.rawValue.utf8) + [UInt8(ascii: ";")] + data + [UInt8(ascii: ";")]
      + Array(framing.utf8) + [UInt8(ascii: "\n")]
  }
}
