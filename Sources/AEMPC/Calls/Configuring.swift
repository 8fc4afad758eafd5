internal import AnyEvent
internal import AnyEventMP
public import CAEMP
internal import Glibc
internal import Synchronization

/// The flags of `aemp_options`.
private struct Flags: OptionSet {
  let rawValue: UInt32

  static let keepAlive = Flags(rawValue: UInt32(AEMP_KEEP_ALIVE))
  static let usesFile = Flags(rawValue: UInt32(AEMP_USE_FILE))
  static let force = Flags(rawValue: UInt32(AEMP_FORCE))
  static let usesEnvironment = Flags(rawValue: UInt32(AEMP_USE_ENV))
  static let known: Flags = [.keepAlive, .usesFile, .force, .usesEnvironment]
}

/// See `aemp.h`.
@c @implementation public func aemp_configure(
  _ node: OpaquePointer?, _ options: UnsafePointer<aemp_options>?, _ done: aemp_configured_cb?,
  _ ud: UnsafeMutableRawPointer?, _ free: aemp_free_cb?
) -> CInt {
  let data = UserData(ud, free, node)
  return withNode(node) { box in
    guard !box.isConfiguring, !box.node.isConfigured else {
      return refuse(AEMP_ECONFIGURED, "aemp_configure")
    }
    var known = aemp_options()
    let status = copy(options, to: &known)
    guard status == 0 else { return status }
    let flags = Flags(rawValue: known.flags)
    guard flags.isSubset(of: .known), known.reserved == 0 else {
      return fail(AEMP_EVERSION, "aemp_configure: flags that this library does not know are set")
    }
    let arguments: ConfigurationArguments
    do {
      arguments = try ConfigurationArguments(list: list(of: known, flags), isTyped: false)
    } catch {
      return fail(AEMP_ECONFIG, "aemp_configure: \(error)")
    }
    return box.configure(arguments, flags) { status, sentence in
      if let done { sentence.withCString { done(box.handle, status, $0, data.ud) } }
    }
  }
}

/// Copies options of this or another header.
private func copy(
  _ options: UnsafePointer<aemp_options>?, to known: inout aemp_options
) -> CInt {
  guard let options else { return 0 }
  let size = options.pointee.size
  let knownSize = MemoryLayout<aemp_options>.size
  guard size >= MemoryLayout<Int>.size, size <= 1 << 16 else {
    return fail(
      AEMP_EINVAL,
      "aemp_configure: the options say that they have \(UInt(bitPattern: size)) bytes; set size")
  }
  let bytes = UnsafeRawBufferPointer(start: options, count: size)
  if size > knownSize, bytes[knownSize...].contains(where: { $0 != 0 }) {
    return fail(
      AEMP_EVERSION,
      "aemp_configure: the options are of a newer header, and say what this library does not know")
  }
  withUnsafeMutableBytes(of: &known) {
    $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes.prefix(knownSize)))
  }
  return 0
}

/// The options as `configure` takes them.
private func list(of options: aemp_options, _ flags: Flags) throws -> [Value] {
  var list: [Value] = []
  if let settings = options.settings {
    let bytes = UnsafeRawBufferPointer(start: settings, count: Int(strlen(settings)))
    guard case .hash(let settings) = try JSON.decode(bytes) else {
      throw SettingsError(description: "settings is no hash")
    }
    for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
      list += [.string(name), value]
    }
  }
  func add(_ name: String, _ value: Value?) {
    if let value { list += [.string(name), value] }
  }
  add("nodeid", options.nodeid.map { .string(String(cString: $0)) })
  add("binds", texts(options.binds).map { .array($0.map { .string($0) }) })
  add("seeds", texts(options.seeds).map { .array($0.map { .string($0) }) })
  add("profile", options.profile.map { .string(String(cString: $0)) })
  add("norc", .bool(!flags.contains(.usesFile)))
  add("force", .bool(flags.contains(.force)))
  return list
}

private struct SettingsError: Error, CustomStringConvertible {
  let description: String
}

extension NodeBox {
  /// Configures, when the names in the binds are looked up; `done` is called from the loop, unless this
  /// fails.
  fileprivate func configure(
    _ arguments: ConfigurationArguments, _ flags: Flags,
    _ done: @escaping (CInt, String) -> Void
  ) -> CInt {
    isConfiguring = true
    begin(flags)
    lookUps = node.lookUpBinds(arguments) { [self] in
      guard state == .open else { return }
      // The guard is released after its work, since its look-up is calling this closure.
      let lookUps = lookUps
      self.lookUps = nil
      withExtendedLifetime(lookUps) {
        let problem = node.run { join(arguments) }
        callingPlainly { done(problem == nil ? 0 : AEMP_ECONFIG.rawValue, problem ?? "") }
      }
    }
    if lookUps != nil { return 0 }
    if let problem = join(arguments) {
      return fail(AEMP_ECONFIG, "aemp_configure: \(problem)")
    }
    loop.postpone { [self] in callingPlainly { done(0, "") } }
    return 0
  }

  /// Puts the flags into effect while names are still looked up.
  private func begin(_ flags: Flags) {
    if flags.contains(.usesEnvironment) {
      followsEnvironment = true
      if Node.isTraceWanted, !node.isTraced {
        node.isTraced = true
        isTracedByEnvironment = true
      }
    }
    if flags.contains(.keepAlive) { keepAliveProvisionally() }
  }

  /// Joins the network.
  ///
  /// - Returns: the sentence about a failure, after which everything is as before ``begin(_:)``.
  private func join(_ arguments: ConfigurationArguments) -> String? {
    isConfiguring = false
    do {
      try node.configure(arguments)
      isNamed.store(true, ordering: .releasing)
      _ = texts.pointer(to: node.id)
      endProvision(isKept: true)
      return nil
    } catch {
      endProvision(isKept: false)
      followsEnvironment = false
      if isTracedByEnvironment { node.isTraced = false }
      isTracedByEnvironment = false
      return "\(error)"
    }
  }
}
