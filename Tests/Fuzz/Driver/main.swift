import CLibFuzzer
import Glibc

// fuzz TARGET [arguments of libFuzzer]

guard CommandLine.arguments.count > 1, let target = FuzzTarget(rawValue: CommandLine.arguments[1])
else {
  print(FuzzTarget.allCases.map(\.rawValue).joined(separator: "\n"))
  exit(CommandLine.arguments.count > 1 ? 2 : 0)
}

// Requests that fail are logged, which would be all that is seen.
setenv("AE_VERBOSE", "off", 1)

// Set once, before the first run.
nonisolated(unsafe) var chosen = target
// The name of the target is not for libFuzzer, which takes the name of a program before its own.
var count = CommandLine.argc - 1
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
// It starts itself anew for some of its jobs: with the arguments that it sees.
arguments?[0] = CommandLine.unsafeArgv[0]
exit(
  LLVMFuzzerRunDriver(&count, &arguments) { data, count in
    do {
      try chosen.run(Array(UnsafeBufferPointer(start: data, count: count)))
    } catch {
      fatalError("\(error)")
    }
    return 0
  })
