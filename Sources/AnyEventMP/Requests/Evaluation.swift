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

  static func answer(to code: String, on node: Node) -> Answer {
    switch PerlLine(code).expression {
    case "AnyEvent::MP::Kernel::up_nodes", "up_nodes":
      return .values(node.connectedNodes.map { .string($0) })
    case "$$":
      return .values([.int(Int(getpid()))])
    default: break
    }
    if mentions(code, restart) {
      if let function = node.functions[restart] { return .call(function) }
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

extension Node {
  /// `eval` code [port message…]: answers with an error text (empty: none) and the results.
  func evaluationRequested(_ arguments: RequestArguments, by entry: NodeEntry) throws -> Relay? {
    let code = try arguments.string(1, "code")
    if configuration?.secure == true, entry !== home {
      throw RequestError("nothing is evaluated for other nodes: the configuration says secure")
    }
    var problem = ""
    var results: [Value] = []
    switch Evaluation.answer(to: code, on: self) {
    case .values(let values): results = values
    case .error(let text): problem = text
    case .call(let function):
      do {
        try [.string(code)].withUnsafeBufferPointer(function)
        results = [.int(1)]
      } catch {
        problem = "\(error)"
      }
    }
    if arguments.message.count > 2 {
      return Relay(target: 2, answer: [.string(problem)] + results)
    }
    if !problem.isEmpty { throw RequestError(problem) }
    return nil
  }
}
