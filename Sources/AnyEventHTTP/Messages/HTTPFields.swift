/// The header fields of a request, by names without regard to case.
///
///     var headers: HTTPFields = ["user-agent": "MySearchClient 1.0", "referer": nil]
///     headers["range"] = "bytes=100-"
///
/// A field that is nil is not sent, be it one that would be sent by itself. Corresponds to the hash
/// that Perl's `http_request` takes as `headers`.
public struct HTTPFields: Hashable, Sendable {
  /// A field as it was given.
  struct Field: Hashable, Sendable {
    var name: String
    var value: String?
  }

  private(set) var fields: [Field] = []

  /// No fields.
  public init() {}

  /// The value of a field; nil if there is none, or none shall be sent.
  ///
  /// Setting nil has no field of that name sent.
  public subscript(name: String) -> String? {
    get { field(name)?.value }
    set {
      if let index = fields.firstIndex(where: { HTTPToken.isSame($0.name, name) }) {
        fields[index].value = newValue
      } else {
        fields.append(Field(name: name, value: newValue))
      }
    }
  }

  /// Whether the field was given, be it as nil.
  func contains(_ name: String) -> Bool { field(name) != nil }

  /// Forgets the field, so that one that is sent by itself comes back.
  mutating func forget(_ name: String) { fields.removeAll { HTTPToken.isSame($0.name, name) } }

  /// Sets the field unless it was given, be it as nil.
  mutating func offer(_ name: String, _ value: String?) {
    if !contains(name) { self[name] = value }
  }

  /// A sentence about the first field that cannot be sent, or nil.
  var complaint: String? {
    for field in fields {
      guard HTTPToken.isToken(field.name) else {
        return "the name of a header field may have no spaces, colons or control characters"
      }
      guard field.value?.utf8.contains(where: { $0 == 10 || $0 == 13 || $0 == 0 }) != true else {
        return "the header field \(field.name) contains an end of line or a zero byte"
      }
    }
    return nil
  }

  private func field(_ name: String) -> Field? {
    fields.first { HTTPToken.isSame($0.name, name) }
  }
}

extension HTTPFields: ExpressibleByDictionaryLiteral {
  /// The fields of a literal; of a name that comes twice the last counts, as in Perl.
  public init(dictionaryLiteral elements: (String, String?)...) {
    for (name, value) in elements { self[name] = value }
  }
}

/// The names that HTTP has: of methods, and of header fields.
enum HTTPToken {
  /// Whether a name may be sent: letters, digits, and the signs that HTTP allows.
  static func isToken(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }

  /// Whether both are one name, which has no regard to case.
  static func isSame(_ first: String, _ second: String) -> Bool {
    first.utf8.count == second.utf8.count
      && zip(first.utf8, second.utf8).allSatisfy { lowercased($0) == lowercased($1) }
  }

  /// The small letter of an ASCII letter; other bytes as they are.
  static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}
