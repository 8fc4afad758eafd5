import Glibc

/// The answers to `eval`: of Perl code the few expressions that the tool `aemp` sends, as if they had
/// been evaluated.
enum Evaluation {
  private static let restart = RestartFunction.name

  /// What an expression stands for; nothing else is answered but by an error.
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
  /// Whether the name is in the code; by bytes, as a code may be as long as a message.
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
