import AnyEventMP
import Glibc

/// The file of this program, for starting it again.
enum OwnProgram {
  private static let kernelsLink = PathName("/proc/self/exe")

  /// The path by which it was called, made absolute, or what the kernel says when that leads elsewhere.
  ///
  /// So another version is started that has taken its place there.
  static func path() -> PathName {
    let own = kernelsLink.linkTarget
    let name = CommandLine.unsafeArgv[0].map { PathName(cString: $0) } ?? PathName("")
    for candidate in candidates(name) where isSameFile(candidate, kernelsLink) {
      return candidate
    }
    return own ?? (name.isEmpty ? PathName("aemp") : name)
  }

  /// Where a program may be that was called by this name.
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

  private static func isSameFile(_ path: PathName, _ other: PathName) -> Bool {
    var status = stat()
    var otherStatus = stat()
    return stat(path.cString, &status) == 0 && stat(other.cString, &otherStatus) == 0
      && status.st_dev == otherStatus.st_dev && status.st_ino == otherStatus.st_ino
  }
}
