internal import AEValue

/// The other end of a descriptor of a command.
///
/// A literal is the path of a file: `"/dev/null"`. Corresponds to the values of Perl's
/// `run_cmd $cmd, ">" => …`.
public struct Redirection: ExpressibleByStringInterpolation {
  enum Kind {
    case file(String)
    case descriptor(CInt)
    case output(([UInt8]?) -> Void)
    case bytes([UInt8])
    case supply(() -> [UInt8]?)
  }

  let kind: Kind

  private init(kind: Kind) { self.kind = kind }

  /// The file at a path.
  public init(stringLiteral path: String) { self.init(kind: .file(path)) }

  /// The file at a path, which is made, or emptied, to write to it.
  public static func file(_ path: String) -> Redirection { Redirection(kind: .file(path)) }

  /// A descriptor of this process.
  public static func fd(_ descriptor: CInt) -> Redirection {
    Redirection(kind: .descriptor(descriptor))
  }

  /// The command's output is appended to `output`: Perl's `">" => \$data`.
  public static func to(_ output: CommandOutput) -> Redirection {
    .call { if let data = $0 { output.bytes += data } }
  }

  /// The command's output is handed to the callback, and nil at its end: Perl's `">" => sub { … }`.
  public static func call(_ callback: @escaping (_ data: [UInt8]?) -> Void) -> Redirection {
    Redirection(kind: .output(callback))
  }

  /// The command reads these bytes: Perl's `"<" => \$data`.
  public static func from(_ bytes: [UInt8]) -> Redirection { Redirection(kind: .bytes(bytes)) }

  /// The command reads this text.
  public static func from(_ text: String) -> Redirection { .from(Array(text.utf8)) }

  /// The command reads the bytes that the callback returns, again and again, until it returns nil or none: Perl's
  /// `"<" => sub { … }`.
  public static func supply(_ callback: @escaping () -> [UInt8]?) -> Redirection {
    Redirection(kind: .supply(callback))
  }
}

/// The output of a command so far; several of its descriptors may lead here.
public final class CommandOutput {
  /// The bytes.
  public var bytes: [UInt8] = []

  /// No redirections, yet.
  public init() {}

  /// The bytes as text; bytes that are not UTF-8 are replaced by U+FFFD.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// The descriptors of a command that lead elsewhere than its parent's: `["<": "/dev/null", "2>": .to(out)]`.
///
/// The keys are `"<"` for standard input, `">"` for standard output, and both behind the number of another
/// descriptor: `"2>"`, `"3<"`. A key that is none of these, and a value for the other direction, stop the
/// program with a sentence.
public struct Redirections: ExpressibleByDictionaryLiteral {
  struct Entry {
    let descriptor: CInt
    let isInput: Bool
    let redirection: Redirection
  }

  private(set) var entries: [Entry] = []

  /// Redirections, which are done in this order.
  public init(dictionaryLiteral elements: (String, Redirection)...) {
    for (key, redirection) in elements { add(key, redirection) }
  }

  /// Adds one, which is done behind those before it.
  public mutating func add(
    _ key: String, _ redirection: Redirection, file: StaticString = #fileID, line: UInt = #line
  ) {
    let digits = key.dropLast()
    let isInput = key.hasSuffix("<")
    let number = digits.isEmpty ? (isInput ? 0 : 1) : CInt(digits)
    guard isInput || key.hasSuffix(">"), let number, number >= 0,
      digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else {
      misuse(
        "\"\(key)\" is no redirection of run_cmd: write \"<\", \">\" or one of them behind a number, such as \"2>\"",
        file: file, line: line)
    }
    switch redirection.kind {
    case .output where isInput:
      misuse(
        "\"\(key)\" is read by the command: give it .from or .supply, a path or .fd", file: file,
        line: line)
    case .bytes where !isInput, .supply where !isInput:
      misuse(
        "\"\(key)\" is written by the command: give it .to or .call, a path or .fd", file: file,
        line: line)
    default: break
    }
    entries.append(Entry(descriptor: number, isInput: isInput, redirection: redirection))
  }
}
