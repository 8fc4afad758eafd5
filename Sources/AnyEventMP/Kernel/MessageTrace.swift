internal import AEValue
import AnyEvent
import Glibc

/// Prints every message that is sent or received, as `AE_MP_TRACE=1` asks for.
enum MessageTrace {
  /// Takes the lines of a node instead of standard error, if it returns true.
  ///
  /// Set once, before the first node whose lines it takes.
  nonisolated(unsafe) static var diversion: (@Sendable (Kernel, String) -> Bool)?

  static var isWanted: Bool {
    let setting = getenv("PERL_ANYEVENT_MP_TRACE") ?? getenv("AE_MP_TRACE")
    guard let setting else { return false }
    return setting.pointee != 0 && setting.pointee != UInt8(ascii: "0")
  }

  static func sent(_ message: UnsafeBufferPointer<Value>, to port: String, of node: String) {
    write("SND \(node) <- \(text(port, message))")
  }

  static func received(
    _ message: UnsafeBufferPointer<Value>, for port: UnsafeRawBufferPointer, from node: String
  ) {
    received(message, for: String(decoding: port, as: UTF8.self), from: node)
  }

  static func received(
    _ message: UnsafeBufferPointer<Value>, for port: String, from node: String
  ) {
    write("RCV \(node) -> \(text(port, message))")
  }

  /// A request about a port is a message to the node port.
  static func received(
    _ request: PortRequest, _ port: UnsafeRawBufferPointer, _ rest: UnsafeBufferPointer<Value>,
    from node: String
  ) {
    let start: [Value] = [.string(request.name), .string(String(decoding: port, as: UTF8.self))]
    (start + rest).withUnsafeBufferPointer {
      received($0, for: "", from: node)
    }
  }

  private static func text(_ port: String, _ message: UnsafeBufferPointer<Value>) -> String {
    Value.array([port.isEmpty ? .null : .string(port)] + message).description
  }

  /// The text is made legible first, so that a peer's message cannot control a terminal.
  private static func write(_ text: String) {
    if let diversion, let kernel = Kernel.bound?.takeUnretainedValue(), diversion(kernel, text) {
      return
    }
    var line = LegibleText.text(text, .json) + "\n"
    _ = line.withUTF8 { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
