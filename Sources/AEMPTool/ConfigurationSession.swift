internal import AEValue
import AnyEvent
import AnyEventMP
import Glibc

/// All commands of one call that look at or change the configuration file, as one edit of it.
struct ConfigurationSession {
  let file: ConfigurationFile
  let hostName: String
  private var output = ""

  init(file: ConfigurationFile, hostName: String) {
    self.file = file
    self.hostName = hostName
  }

  /// Does the commands in their order.
  ///
  /// - Returns: the text to print once everything is done.
  /// - Throws: `ConfigurationError`; the file is then as it was.
  mutating func run(_ commands: [Command]) throws(ConfigurationError) -> String {
    if commands.contains(where: \.isEdit) {
      try file.update { contents throws(ConfigurationError) in
        for command in commands { try perform(command, &contents) }
      }
    } else if commands.contains(where: \.readsFile) {
      var contents = try file.load()
      for command in commands { try perform(command, &contents) }
    } else {
      var contents: TextDictionary<Value> = [:]
      for command in commands { try perform(command, &contents) }
    }
    return output
  }

  /// The command with the values that it takes from standard input and from other files.
  ///
  /// Called before the file is locked, so that other processes do not wait until the user has typed.
  static func withInput(_ command: Command) throws(ConfigurationError) -> Command {
    switch command {
    case .readValue(let change, let profile):
      let argument = try read(change.setting)
      do throws(UsageError) {
        return .edit(try change.edit(argument), profile: profile)
      } catch {
        throw ConfigurationError(.badValue, error.sentence)
      }
    case .runNode(let arguments, var options):
      guard let setting = options.input else { return command }
      let more = try extended(arguments, by: setting, isForced: options.force)
      options.input = nil
      return .runNode(more, options)
    case .showConfiguration(let arguments, var options):
      guard let arguments, let setting = options.input else { return command }
      let more = try extended(arguments, by: setting, isForced: true)
      options.input = nil
      return .showConfiguration(more, options)
    case .readCertificate(let path, let profile):
      let certificate = try CertificateFile(path: path).read()
      return .edit(.set(.certificate, certificate), profile: profile)
    case .generateCertificate(let profile):
      let certificate = try CertificateText.generate(now: time(nil))
      return .edit(.set(.certificate, certificate), profile: profile)
    default: return command
    }
  }

  /// The line at standard input as an argument for the setting.
  private static func read(_ setting: Setting) throws(ConfigurationError) -> Argument {
    let line = try StandardInput.line(prompt: setting.name + ": ")
    // An empty pipe means more likely that the program before it has failed than an empty list.
    if line.isEmpty, setting.kind == .list || setting.kind == .services {
      throw ConfigurationError(
        .unusableInput,
        "standard input is empty; pipe the elements of \(setting.name) into it, or [] for none")
    }
    return Argument(value: .string(line), index: 0, isJSON: false)
  }

  private static func extended(
    _ arguments: ConfigurationArguments, by setting: Setting, isForced: Bool
  ) throws(ConfigurationError) -> ConfigurationArguments {
    let value: Value
    let argument = try read(setting)
    do throws(UsageError) {
      value = try argument.value(for: setting)
    } catch {
      throw ConfigurationError(.badValue, error.sentence)
    }
    let normal = try setting.normalized(value)
    do throws(UsageError) {
      if !isForced { try ShortSecret.refuse(normal, for: setting) }
    } catch {
      throw ConfigurationError(.badValue, error.sentence)
    }
    return try ConfigurationArguments(list: arguments.list + [.string(setting.name), value])
  }

  private mutating func perform(
    _ command: Command, _ contents: inout TextDictionary<Value>
  ) throws(ConfigurationError) {
    switch command {
    case .edit(let edit, let profile):
      try edit.apply(to: &contents, profile: profile, file: file.path)
    case .generateSecret(let profile):
      var generator = SystemRandomNumberGenerator()
      let secret = Value.string(UniqueName.secret(using: &generator))
      try ConfigurationEdit.set(.secret, secret).apply(
        to: &contents, profile: profile, file: file.path)
    case .showConfiguration(let arguments, let options):
      let settings =
        if let arguments {
          try EffectiveSettings.of(
            arguments, contents: contents, file: file.path, hostName: hostName)
        } else {
          try EffectiveSettings.ofAllProfiles(contents: contents, file: file.path)
        }
      show(settings, options)
    case .showProfile(let name, let options):
      let settings = try ConfigurationEdit.profile(name, in: contents, file: file.path)
      show(settings, options)
    case .help(let entry, let options): showHelp(entry, options)
    case .completion(let shell): output += Completion.text(shell)
    case .manual: output += ManualPage.text
    case .version(let options):
      output +=
        options.json
        ? Printer.json(["version": .string(LibraryVersion.current)]) + "\n"
        : "aemp \(LibraryVersion.current)\n"
    case .readValue, .readCertificate, .generateCertificate, .runNode, .proxy,
      .network:
      break
    }
  }

  private mutating func showHelp(_ entry: HelpEntry?, _ options: Options) {
    if options.json {
      output += HelpText.json(entry.map { [$0] } ?? HelpTable.groups.flatMap(\.entries))
    } else {
      output += entry.map(HelpText.of) ?? HelpText.overview
    }
  }

  private mutating func show(_ settings: TextDictionary<Value>, _ options: Options) {
    let shown = Value.hash(options.reveal ? settings : EffectiveSettings.masked(settings))
    // The settings came from JSON, so they can be written as JSON.
    let text = (try? JSON.encode(shown, style: options.json ? .sorted : .pretty)) ?? ""
    output += LegibleText.text(text, .jsonLines)
    if options.json { output += "\n" }
  }
}

/// A PEM file that the user names, or standard input.
struct CertificateFile {
  /// The file; nil: standard input.
  let path: String?

  /// The value of the setting for the content of the file.
  ///
  /// - Throws: `ConfigurationError` when the file can't be read, or a node could not use its content.
  func read() throws(ConfigurationError) -> Value {
    var pem = try bytes()
    return try CertificateText.check(
      &pem, name: path ?? "standard input", now: time(nil))
  }

  /// All bytes, up to one more than can be used.
  private func bytes() throws(ConfigurationError) -> [UInt8] {
    let descriptor =
      path.map { StandardDescriptors.spare(open($0, O_RDONLY | O_CLOEXEC)) } ?? STDIN_FILENO
    guard descriptor >= 0 else { throw unreadable(errno) }
    defer { if path != nil { close(descriptor) } }
    var problem: CInt = 0
    // An array that grows would leave copies of the private key behind, so it is large enough at once.
    let bytes = [UInt8](unsafeUninitializedCapacity: CertificateText.sizeLimit + 1) {
      buffer, count in
      (count, problem) = SystemCalls.readAll(
        descriptor, into: UnsafeMutableRawBufferPointer(buffer))
    }
    if problem != 0 { throw unreadable(problem) }
    return bytes
  }

  private func unreadable(_ code: CInt) -> ConfigurationError {
    ConfigurationError(
      .unreadable,
      """
      cannot read \(path ?? "standard input"): \(SystemCalls.text(for: code)); name a PEM file \
      with a private key and its certificate
      """, file: path)
  }
}
