package import AEValue
internal import Glibc

/// Finds the file of this program, for starting it again.
package enum OwnProgram {
  private static let kernelsLink = PathName("/proc/self/exe")

  /// The absolute path by which the program was called, or the kernel's path if that one leads elsewhere.
  ///
  /// The call's path comes first, because a new version of the program may take its place there. A program that was
  /// replaced already is found by the kernel's link alone.
  package static func path() -> PathName {
    let name = CommandLine.unsafeArgv[0].map { PathName(cString: $0) } ?? PathName("")
    guard let file = FileIdentity(at: kernelsLink.cString, followsLinks: true) else {
      return name.isEmpty ? kernelsLink : name
    }
    for candidate in candidates(name)
    where FileIdentity(at: candidate.cString, followsLinks: true) == file {
      return candidate
    }
    guard let own = kernelsLink.linkTarget, access(own.cString, X_OK) == 0 else {
      return kernelsLink
    }
    return own
  }

  /// The paths that a program called by this name may have.
  private static func candidates(_ name: PathName) -> [PathName] {
    if name.isEmpty { return [] }
    if name.isAbsolute { return [name] }
    if name.hasDirectory { return absolute(name).map { [$0] } ?? [] }
    let path = getenv("PATH").map { PathName(cString: $0) } ?? PathName("")
    return path.list.compactMap { directory in absolute(directory.appending(name)) }
  }

  private static func absolute(_ path: PathName) -> PathName? {
    if path.isAbsolute { return path }
    guard let directory = getcwd(nil, 0) else { return nil }
    defer { free(directory) }
    return PathName(cString: directory).appending(path)
  }
}
