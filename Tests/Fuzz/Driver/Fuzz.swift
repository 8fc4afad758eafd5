import CLibFuzzer
import FuzzTargets
import Glibc

/// `fuzz TARGET [arguments of libFuzzer]`; without a target it prints the names of all.
@main enum Fuzz {
  /// The target of the command line.
  static let target = CommandLine.arguments.dropFirst().first.flatMap(FuzzTarget.init(rawValue:))

  static func main() {
    guard target != nil else {
      print(FuzzTarget.allCases.map(\.rawValue).joined(separator: "\n"))
      exit(CommandLine.argc > 1 ? 2 : 0)
    }
    // Requests that fail are logged, which would be all that is seen.
    setenv("AE_VERBOSE", "off", 1)
    // The name of the target is not for libFuzzer, which takes the name of a program before its own.
    var count = CommandLine.argc - 1
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
    // It starts itself anew for some of its jobs: with the arguments that it sees.
    arguments?[0] = CommandLine.unsafeArgv[0]
    exit(LLVMFuzzerRunDriver(&count, &arguments, runOne))
  }
}

/// One run; its name is the one that libFuzzer's own main, which stays unused, is linked to.
@_cdecl("LLVMFuzzerTestOneInput")
func runOne(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do {
    try Fuzz.target?.run(Array(UnsafeBufferPointer(start: data, count: count)))
  } catch {
    fatalError("\(error)")
  }
  return 0
}
