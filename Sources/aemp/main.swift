import Glibc

do throws(UsageError) {
  try ArgumentMemory.checkEncoding()
} catch {
  Output.complain(error.sentence)
  exit(ExitCode.usage.rawValue)
}
exit(
  Worker.isWanted
    ? Worker().run() : Tool(arguments: CommandLine.arguments.dropFirst()).run().rawValue)
