import AEValue
import Foundation

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

/// A directory of its own for one test, removed when the test ends.
final class TemporaryDirectory {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "aemp-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }

  func write(_ text: String, to name: String) throws {
    try text.write(toFile: path + "/" + name, atomically: false, encoding: .utf8)
  }

  func text(of name: String) throws -> String {
    try String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }

  func mode(of name: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
    return (attributes[.posixPermissions] as? Int) ?? -1
  }
}
