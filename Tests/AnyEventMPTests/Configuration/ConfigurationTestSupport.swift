import AEValue

@testable import AnyEventMP

/// What the tests resolve configurations with.
let testContext = ConfigurationContext(
  environment: [:], hostName: "myhost", runiq: "abcdefghiJ")

/// The configuration of arguments and a file's text.
func resolve(
  _ arguments: ConfigurationArguments = ConfigurationArguments(), file text: String = "{}"
) throws -> NodeConfiguration {
  let contents = try ConfigurationFile(path: "/etc/rc").parse(Array(text.utf8))
  return try NodeConfiguration(arguments, contents: contents, file: "/etc/rc", context: testContext)
}
