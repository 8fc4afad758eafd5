internal import Glibc

/// Which program is a worker.
enum WorkerPrograms {
  /// The path of this program.
  static var own: String {
    let link = "/proc/self/exe"
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(link, &path, path.count)
    guard count > 0 else { return link }
    let name = String(
      decoding: path.prefix(count).lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // A program that was replaced since is found by the link alone.
    return access(name, X_OK) == 0 ? name : link
  }
}
