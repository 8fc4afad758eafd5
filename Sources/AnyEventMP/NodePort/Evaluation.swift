import Glibc

/// The answers to `eval`: the few Perl expressions that the tool `aemp` sends get the results that Perl would give.
enum Evaluation {
  private static let restart = RestartFunction.name

  /// The answer to an expression; all but the known ones get an error.
  enum Answer {
    case values([Value])
    case call(FunctionTable.Function)
    case error(String)
  }

  static func answer(to code: String, _ functions: Functions) -> Answer {
    switch PerlLine(code).expression {
    case "AnyEvent::MP::Kernel::up_nodes", "up_nodes":
      return .values(functions.peers.connectedNodes.map { .string($0) })
    case "$$":
      return .values([.int(Int(getpid()))])
    default: break
    }
    if mentions(code, restart) {
      if let function = functions.registered(restart) { return .call(function) }
      return .error("this program cannot restart itself: it registers no function \(restart)")
    }
    return .error("this node is no Perl program and evaluates nothing: call a function by its name")
  }
}

extension Evaluation {
  /// Whether the code contains the name; it compares bytes, because the code may be as long as a message.
  private static func mentions(_ code: String, _ name: String) -> Bool {
    var code = code
    let name = Array(name.utf8)
    return code.withUTF8 { code in
      var rest = code[...]
      while let start = rest.firstIndex(of: name[0]) {
        if rest[start...].starts(with: name) { return true }
        rest = rest[(start + 1)...]
      }
      return false
    }
  }
}

/// A line of Perl, parsed as far as `eval` needs it: one expression and the statements that Perl's
/// shell of `aemp` puts before it (`package …; my $ECHO = '…';`).
///
/// The parser looks at each byte a fixed number of times.
struct PerlLine {
  /// The expression, without spaces, `;` at the end, empty parentheses, and a `&`.
  let expression: Substring

  init(_ code: String) {
    var rest = code[...]
    Self.skipNoise(&rest)
    while Self.skipStatement(&rest) { Self.skipNoise(&rest) }
    while let last = rest.utf8.last, Self.isNoise(last) { rest = rest.dropLastByte() }
    expression = Self.withoutCall(rest)
  }

  /// Skips `package NAME;` or `my $NAME = 'TEXT';`; false when the code begins otherwise.
  private static func skipStatement(_ code: inout Substring) -> Bool {
    var rest = code.utf8
    if skip("package", &rest), skipSpaces(&rest) > 0 {
      skipSpaces(&rest)
      guard skipName(&rest) else { return false }
    } else {
      rest = code.utf8
      guard skip("my", &rest), skipSpaces(&rest) > 0, skip("$", &rest), skipName(&rest) else {
        return false
      }
      skipSpaces(&rest)
      guard skip("=", &rest) else { return false }
      skipSpaces(&rest)
      guard skipQuoted(&rest) else { return false }
    }
    skipSpaces(&rest)
    guard skip(";", &rest) else { return false }
    code = Substring(rest)
    return true
  }

  private static func skip(_ text: StaticString, _ rest: inout Substring.UTF8View) -> Bool {
    text.withUTF8Buffer { text in
      guard rest.starts(with: text) else { return false }
      rest = rest.dropFirst(text.count)
      return true
    }
  }

  @discardableResult
  private static func skipSpaces(_ rest: inout Substring.UTF8View) -> Int {
    let before = rest.startIndex
    rest = rest.drop(while: isSpace)
    return before == rest.startIndex ? 0 : 1
  }

  /// Skips a name, which may contain `::`.
  private static func skipName(_ rest: inout Substring.UTF8View) -> Bool {
    let before = rest.startIndex
    rest = rest.drop {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"):
        true
      default: false
      }
    }
    return before != rest.startIndex
  }

  /// Skips a text in single or double quotes, in which a backslash escapes the next byte.
  private static func skipQuoted(_ rest: inout Substring.UTF8View) -> Bool {
    guard let quote = rest.popFirst(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
    else { return false }
    while let byte = rest.popFirst() {
      if byte == quote { return true }
      if byte == UInt8(ascii: "\\") { _ = rest.popFirst() }
    }
    return false
  }

  private static func skipNoise(_ rest: inout Substring) {
    rest = Substring(rest.utf8.drop(while: isNoise))
  }

  /// Strips the signs of a call: `up_nodes ()` and `&up_nodes` are `up_nodes`.
  private static func withoutCall(_ expression: Substring) -> Substring {
    var name = expression
    if name.utf8.last == UInt8(ascii: ")") {
      var rest = name.dropLastByte()
      while let last = rest.utf8.last, isSpace(last) { rest = rest.dropLastByte() }
      guard rest.utf8.last == UInt8(ascii: "(") else { return expression }
      name = rest.dropLastByte()
      while let last = name.utf8.last, isSpace(last) { name = name.dropLastByte() }
      // `$$ ()` is no call, so it stays as it is.
      if name.utf8.last == UInt8(ascii: "$") { return expression }
    }
    if name.utf8.first == UInt8(ascii: "&") { name = Substring(name.utf8.dropFirst()) }
    return name
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }

  private static func isNoise(_ byte: UInt8) -> Bool { isSpace(byte) || byte == UInt8(ascii: ";") }
}

extension Substring {
  /// The text without its last byte, which must be ASCII.
  fileprivate func dropLastByte() -> Substring { Substring(utf8.dropLast()) }
}
