import Glibc

exit(
  Worker.isWanted
    ? Worker().run() : Tool(arguments: CommandLine.arguments.dropFirst()).run().rawValue)
