@_exported public import AEValue
import AnyEvent
import AnyEventMP
import Glibc

/// The command line tool: understands the whole command line before it does any of its commands.
package struct Tool {
  private let arguments: [String]
  private let context = ConfigurationContext.ofProcess()

  init(arguments: some Collection<String>) { self.arguments = Array(arguments) }

  /// Carries out the command line of this process, or the work that the tool has started this process for, and ends
  /// the process.
  package static func main() -> Never {
    do throws(UsageError) {
      try ArgumentMemory.checkEncoding()
    } catch {
      Output.complain(error.sentence)
      exit(ExitCode.usage.rawValue)
    }
    exit(
      Worker.isWanted
        ? Worker().run() : Tool(arguments: CommandLine.arguments.dropFirst()).run().rawValue)
  }

  /// Does the commands of the command line.
  func run() -> ExitCode {
    do throws(UsageError) {
      return try run(parse())
    } catch {
      Output.complain(error.sentence)
      return error.code
    }
  }

  private func parse() throws(UsageError) -> [Command] {
    var parser = CommandParser(try Argument.all(arguments))
    defer {
      // Secrets are overwritten also when the parser throws, since the memory may end in a core file.
      for place in parser.secretPlaces { ArgumentMemory.overwrite(place) }
    }
    return try parser.parse()
  }

  private func run(_ commands: [Command]) throws(UsageError) -> ExitCode {
    // The descriptor is taken before another file can be opened at its number.
    let ready = try readyDescriptor(of: commands.last)
    var session = ConfigurationSession(
      file: context.file, hostName: context.hostName)
    var commands = commands
    do throws(ConfigurationError) {
      for index in commands.indices {
        commands[index] = try ConfigurationSession.withInput(commands[index])
      }
      let output = try session.run(commands)
      guard Output.write(Shown(legible: output)) else { return .failure }
    } catch {
      Output.complain(error.description)
      return .failure
    }
    // Both take all arguments behind them, so they come last.
    switch commands.last {
    case .runNode(let arguments, let options):
      // The standard descriptors are filled before files are opened that stay open.
      StandardDescriptors.fill(isQuiet: true)
      return Supervisor(arguments, options, ready: ready).run()
    case .proxy(let command):
      StandardDescriptors.fill(isQuiet: false)
      return ProxySession(command: command).run()
    case .network(let command):
      StandardDescriptors.fill(isQuiet: false)
      ControlSignals.unblock()
      let session = NetworkSession(command)
      if case .check = command.work {
        session.onFailure = { Check.fail($0, $1, command.options) }
      }
      return session.run { errand in
        switch command.work {
        case .action(let action): errand.begin(action)
        case .trace(let nodes): NetworkTrace(errand, nodes).begin()
        case .shell(let node): Shell(errand, node).begin()
        case .check: Check(errand).start()
        case .bench(let node): Bench(errand, node).begin()
        case .top: Top(errand).begin()
        }
      }
    default: return .success
    }
  }

  private func readyDescriptor(of command: Command?) throws(UsageError) -> ReadyDescriptor? {
    guard case .runNode(_, let options) = command, let number = options.readyDescriptor else {
      return nil
    }
    return try ReadyDescriptor(number)
  }
}

extension StandardDescriptors {
  /// Opens closed ones at `/dev/null`, so that no socket or file takes their number and gets text that is
  /// meant for people.
  ///
  /// - Parameter isQuiet: whether text written there vanishes; otherwise writing fails.
  static func fill(isQuiet: Bool) {
    var descriptor: CInt
    repeat {
      descriptor = open("/dev/null", isQuiet ? O_RDWR : O_RDONLY)
    } while (0..<STDERR_FILENO).contains(descriptor)
    if descriptor > STDERR_FILENO { close(descriptor) }
  }
}
