import Glibc

exit(Tool(arguments: CommandLine.arguments.dropFirst()).run().rawValue)
