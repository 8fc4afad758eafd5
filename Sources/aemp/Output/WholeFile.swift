import AnyEvent
import AnyEventMP
import Glibc

/// Writes files that are whole or not there: nobody sees half of one.
enum WholeFile {
  /// Writes a file by way of a temporary one beside it.
  ///
  /// What is no regular file, such as a terminal or a pipe, is written to as it is.
  ///
  /// - Returns: What went wrong as a sentence, nil if nothing did; the file is as it was then.
  static func write(_ text: String, to path: String) -> String? {
    var status = stat()
    let exists = stat(path, &status) == 0
    var problem: CInt
    if exists, status.st_mode & S_IFMT != S_IFREG {
      problem = status.st_mode & S_IFMT == S_IFDIR ? EISDIR : writeThrough(text, path)
    } else {
      problem = replace(PathName(path).resolved, text, exists ? status.st_mode & 0o777 : nil)
    }
    if problem == 0 { return nil }
    return "cannot write the file \(path): \(String(cString: strerror(problem)))"
  }

  private static func writeThrough(_ text: String, _ path: String) -> CInt {
    let descriptor = StandardDescriptors.spare(open(path, O_WRONLY | O_CLOEXEC))
    guard descriptor >= 0 else { return errno }
    let problem = Output.write(text, to: descriptor)
    return close(descriptor) != 0 && problem == 0 ? errno : problem
  }

  private static func replace(_ path: PathName, _ text: String, _ mode: mode_t?) -> CInt {
    let temporary = path.appending("~\(getpid())~").cString
    let descriptor = StandardDescriptors.spare(
      open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666))
    guard descriptor >= 0 else { return errno }
    var problem: CInt = 0
    if let mode, fchmod(descriptor, mode) != 0 { problem = errno }
    if problem == 0 { problem = Output.write(text, to: descriptor) }
    if close(descriptor) != 0, problem == 0 { problem = errno }
    if problem == 0, rename(temporary, path.cString) != 0 { problem = errno }
    if problem != 0 { unlink(temporary) }
    return problem
  }
}
