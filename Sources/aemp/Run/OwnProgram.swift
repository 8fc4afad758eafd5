import Glibc

/// The file of this program, for starting it again.
enum OwnProgram {
  /// The path by which it was called, made absolute, or what the kernel says when that leads elsewhere.
  ///
  /// So another version is started that has taken its place there.
  static func path() -> String {
    let own = linkTarget("/proc/self/exe")
    for candidate in candidates(CommandLine.arguments.first ?? "")
    where isSameFile(candidate, "/proc/self/exe") {
      return candidate
    }
    return own ?? CommandLine.arguments.first ?? "aemp"
  }

  /// Where a program may be that was called by this name.
  private static func candidates(_ name: String) -> [String] {
    guard !name.isEmpty else { return [] }
    if name.utf8.first == UInt8(ascii: "/") { return [name] }
    if name.utf8.contains(UInt8(ascii: "/")) { return absolute(name).map { [$0] } ?? [] }
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    return path.split(separator: ":").compactMap { directory in absolute("\(directory)/\(name)") }
  }

  private static func absolute(_ path: String) -> String? {
    if path.utf8.first == UInt8(ascii: "/") { return path }
    guard let directory = getcwd(nil, 0) else { return nil }
    defer { free(directory) }
    return "\(String(cString: directory))/\(path)"
  }

  private static func linkTarget(_ link: String) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(link, &buffer, buffer.count)
    guard count > 0 else { return nil }
    return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func isSameFile(_ path: String, _ other: String) -> Bool {
    var status = stat()
    var otherStatus = stat()
    return stat(path, &status) == 0 && stat(other, &otherStatus) == 0
      && status.st_dev == otherStatus.st_dev && status.st_ino == otherStatus.st_ino
  }
}
