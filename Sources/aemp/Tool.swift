import AnyEventMP
import Glibc

/// The command line tool: understands the whole command line, then does it, then says so.
struct Tool {
  private let arguments: [String]
  private let context = ConfigurationContext.ofProcess()

  init(arguments: some Collection<String>) { self.arguments = Array(arguments) }

  /// Does what the command line says.
  ///
  /// - Returns: the exit code: 0, 2 for a command line that can't be understood, otherwise 1.
  func run() -> CInt {
    do throws(UsageError) {
      return try run(parse())
    } catch {
      Output.complain(error.sentence)
      return 2
    }
  }

  private func parse() throws(UsageError) -> [Command] {
    var parser = CommandParser(try Argument.all(arguments))
    defer {
      // Also when the rest is wrong: the process may live on in a core file.
      for place in parser.secretPlaces { ArgumentMemory.overwrite(place) }
    }
    return try parser.parse()
  }

  private func run(_ commands: [Command]) -> CInt {
    var session = ConfigurationSession(
      file: ConfigurationFile(environment: context.environment), hostName: context.hostName)
    do throws(ConfigurationError) {
      let output = try session.run(commands)
      guard Output.write(output) else { return 1 }
    } catch {
      Output.complain(error.description)
      return 1
    }
    for case .runNode(let arguments) in commands {
      return NodeRunner(arguments: arguments).run()
    }
    return 0
  }
}
