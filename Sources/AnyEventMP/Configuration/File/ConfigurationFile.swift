package import AEValue
internal import AnyEvent
internal import Glibc

/// The configuration file that all programs of a user share with Perl's `aemp`.
package struct ConfigurationFile: Hashable, Sendable {
  /// The largest file that is read, in bytes.
  private static let sizeLimit = 64 << 20

  /// The name of the file; empty when neither the environment nor a home directory gives one.
  let pathName: PathName

  /// The name of the file, for sentences.
  package var path: String { pathName.description }

  /// The file at this path.
  package init(path: String) { pathName = PathName(path) }

  /// The file of this name.
  package init(_ pathName: PathName) { self.pathName = pathName }

  /// The file that these environment variables name.
  ///
  /// `PERL_ANYEVENT_MP_RC` beats `AE_MP_RC`, even when it is empty; without both it is
  /// `.perl-anyevent-mp` in `HOME`.
  package init(environment: [String: String]) {
    self.init { name in environment[name].map(PathName.init) }
  }

  /// The file that the process's environment names.
  package static func ofProcess() -> ConfigurationFile {
    ConfigurationFile { name in getenv(name).map { PathName(cString: $0) } }
  }

  private init(_ variable: (String) -> PathName?) {
    if let path = variable("PERL_ANYEVENT_MP_RC") ?? variable("AE_MP_RC") {
      pathName = path
    } else if let home = variable("HOME"), !home.isEmpty {
      pathName = home.appending("/.perl-anyevent-mp")
    } else {
      pathName = PathName("")
    }
  }

  /// Reads the contents of the file; they are empty when it does not exist.
  ///
  /// Comments and trailing commas are tolerated. The file is never changed by reading it.
  ///
  /// - Throws: ``ConfigurationError`` with line and column when it is no JSON, and when it can't be
  ///   read.
  package func load() throws(ConfigurationError) -> TextDictionary<Value> {
    try parse(try bytes())
  }

  /// The bytes of the file; nil when it does not exist.
  func bytes() throws(ConfigurationError) -> [UInt8]? {
    if pathName.isEmpty { return nil }
    // Without O_NONBLOCK, opening a pipe would wait for a writer, perhaps for ever.
    let descriptor = StandardDescriptors.spare(
      open(pathName.cString, O_RDONLY | O_NONBLOCK | O_CLOEXEC))
    if descriptor < 0 {
      if errno == ENOENT { return nil }
      throw unreadable(errno)
    }
    defer { close(descriptor) }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFIFO { throw noFile }
    // What has nothing to read now, such as a terminal, is no file that could be waited for.
    let (bytes, problem) = SystemCalls.readAll(descriptor, limit: Self.sizeLimit, patience: 0)
    if problem != 0 { throw unreadable(problem) }
    guard bytes.count <= Self.sizeLimit else {
      throw ConfigurationError(
        .unreadable, "\(path) is larger than 64 MiB, so it is no configuration file; correct it",
        file: path)
    }
    return bytes
  }

  /// Parses the contents of the file: a JSON object, or only white space.
  func parse(_ bytes: [UInt8]?) throws(ConfigurationError) -> TextDictionary<Value> {
    guard var bytes else { return [:] }
    // Some editors begin a file with a byte order mark.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    guard !Self.isBlank(bytes) else { return [:] }
    let value: Value
    do throws(CodecError) {
      value = try JSON.decodeConfiguration(bytes)
    } catch {
      throw syntaxError(error)
    }
    guard case .hash(let contents) = value else {
      throw ConfigurationError(
        .syntax,
        """
        the file holds \(SettingValue.kind(of: value)) but must hold an object, such as \
        {"version": 1}; correct it there
        """, file: path, line: 1, column: 1)
    }
    return contents
  }

  /// Whether there is nothing in the file but white space, perhaps behind a byte order mark.
  static func isBlank(_ bytes: [UInt8]) -> Bool {
    bytes.dropFirst(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0).allSatisfy { $0 <= 0x20 }
  }

  private func syntaxError(_ error: CodecError) -> ConfigurationError {
    var problem = error.description
    if let position = error.position {
      // Our sentence begins with the position, as editors expect it.
      let suffix = " at line \(position.line), column \(position.column)"
      if problem.hasSuffix(suffix) { problem.removeLast(suffix.count) }
    }
    return ConfigurationError(
      .syntax, "\(problem); correct it there, the file was left as it is", file: path,
      line: error.position?.line ?? 1, column: error.position?.column ?? 1)
  }

  /// The error for a pipe or a device.
  var noFile: ConfigurationError {
    ConfigurationError(
      .unreadable,
      "the configuration file \(path) is no regular file; name another file in AE_MP_RC", file: path
    )
  }

  private func unreadable(_ code: CInt) -> ConfigurationError {
    ConfigurationError(.unreadable, cannot: "read", pathName, code)
  }
}

extension ConfigurationError {
  /// The error of an operation of the system on the configuration file, by its `errno`.
  init(_ code: Code, cannot operation: String, _ path: PathName, _ problem: CInt) {
    self.init(
      code,
      """
      cannot \(operation) the configuration file \(path): \(SystemCalls.text(for: problem)); correct \
      that, or name another file in AE_MP_RC
      """, file: path.description)
  }
}
