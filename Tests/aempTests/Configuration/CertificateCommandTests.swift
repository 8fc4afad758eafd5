import Foundation
import Testing

@Suite(.enabled(if: ToolRunner.binary != nil, "the aemp binary was not built, skipped"))
struct CertificateCommandTests {
  private static let vectors = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Vectors/certificates").path

  private func text(_ vector: String) throws -> String {
    try String(contentsOfFile: "\(Self.vectors)/\(vector).pem", encoding: .utf8)
  }

  /// The certificate of the configuration file.
  private func stored(_ tool: ToolRunner) throws -> String? {
    let object = try JSONSerialization.jsonObject(with: Data(try tool.text().utf8))
    return (object as? [String: Any])?["cert"] as? String
  }

  @Test("gencert makes a key and certificate, others each time, prints nothing, and hides them")
  func generate() throws {
    let tool = try ToolRunner()
    #expect(try tool.run("gencert") == ToolResult())
    let first = try stored(tool)
    #expect(try tool.run("gencert") == ToolResult())
    let second = try #require(try stored(tool))
    #expect(first != second)
    let mode = try FileManager.default.attributesOfItem(atPath: tool.file)[.posixPermissions]
    #expect(mode as? Int == 0o600)
    let line = try #require(
      try tool.run("showconfig").output.split(separator: "\n").first { $0.contains("\"cert\"") })
    #expect(line == "   \"cert\" : \"********\",")
    #expect(try tool.run("showconfig", "--reveal").output.contains("-----BEGIN PRIVATE KEY-----"))
    // What was made can be read.
    #expect(try tool.run("delcert") == ToolResult())
    #expect(try tool.text() == "{\n   \"version\" : 1\n}\n")
    #expect(try tool.run("cert", "-", input: second) == ToolResult())
    #expect(try stored(tool) == second)
  }

  @Test(
    "a PEM file is stored with its key first, its certificate next",
    arguments: ["ec", "rsa", "parameters", "ed25519"])
  func set(_ vector: String) throws {
    let tool = try ToolRunner()
    #expect(try tool.run("setcert", "\(Self.vectors)/\(vector).pem") == ToolResult())
    let stored = try #require(try stored(tool))
    #expect(stored.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
    if vector == "ec" { #expect(stored == (try text("ec"))) }
    let count = { (text: String) in text.components(separatedBy: "-----BEGIN CERTIFICATE-").count }
    #expect(count(stored) == count(try text(vector)))
  }

  @Test("a certificate belongs to a profile if one stands before it, hidden there too")
  func profile() throws {
    let tool = try ToolRunner()
    #expect(
      try tool.run("profile", "p", "cert", "\(Self.vectors)/ec.pem", "secret", "geheimnis")
        == ToolResult())
    #expect(
      try tool.run("showprofile", "p")
        == ToolResult(
          output: "{\n   \"cert\" : \"********\",\n   \"secret\" : \"********\"\n}\n"))
    #expect(
      try tool.run("showprofile", "--json", "p")
        == ToolResult(output: "{\"cert\":\"********\",\"secret\":\"********\"}\n"))
    #expect(try stored(tool) == nil)
  }

  @Test(
    "a PEM file that cannot be used costs one sentence, and the file is untouched",
    arguments: [
      (
        "no-key",
        """
        holds no private key; put the key and its certificate into one file, or make both with \
        "aemp gencert"
        """
      ),
      (
        "no-certificate",
        """
        holds no certificate; put the key and its certificate into one file, or make both with \
        "aemp gencert"
        """
      ),
      (
        "mismatch",
        """
        holds no certificate that belongs to the private key; put the two that were made together \
        into one file
        """
      ),
      (
        "two-keys",
        "holds several private keys; leave only the one of the certificate in it"
      ),
      (
        "encrypted",
        """
        holds a private key that is protected by a pass phrase, which a node cannot be asked for; \
        take it away, for example with "openssl pkey -in key.pem -out plain.pem"
        """
      ),
      (
        "expired",
        "holds a certificate that expired on 2020-02-29; renew it, or make one with \"aemp gencert\""
      ),
      (
        "cut-off", "holds PEM text that is damaged (bad end line); copy it anew, and whole"
      ),
    ])
  func refused(_ vector: String, _ sentence: String) throws {
    let tool = try ToolRunner()
    let original = #"{"cert": "old"}"#
    try tool.write(original)
    let path = "\(Self.vectors)/\(vector).pem"
    #expect(
      try tool.run("gensecret", "setcert", path)
        == ToolResult(errors: "aemp: \(path) \(sentence)\n", code: 1))
    #expect(
      try tool.run("setcert", "-", input: try text(vector))
        == ToolResult(errors: "aemp: standard input \(sentence)\n", code: 1))
    #expect(try tool.text() == original)
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.directory) == ["rc"])
  }

  @Test("what is no PEM file, too large, or not there costs one sentence")
  func noFile() throws {
    let tool = try ToolRunner()
    let sentence = """
      holds no PEM text, which begins with "-----BEGIN"; give a file with a private key and its \
      certificate, or make both with "aemp gencert"
      """
    #expect(
      try tool.run("setcert", "/dev/null")
        == ToolResult(errors: "aemp: /dev/null \(sentence)\n", code: 1))
    #expect(
      try tool.run("setcert", "/dev/zero")
        == ToolResult(
          errors: """
            aemp: /dev/zero is larger than 1 MiB, so it is no certificate; give another file

            """, code: 1))
    for (path, problem) in [
      (tool.directory, "Is a directory"), (tool.directory + "/x", "No such file or directory"),
    ] {
      #expect(
        try tool.run("setcert", path)
          == ToolResult(
            errors: """
              aemp: cannot read \(path): \(problem); name a PEM file with a private key and its \
              certificate

              """, code: 1))
    }
    #expect(
      try tool.run("setcert")
        == ToolResult(
          errors: "aemp: setcert needs the name of a PEM file, such as: setcert node.pem\n", code: 2
        ))
    #expect(try FileManager.default.contentsOfDirectory(atPath: tool.directory) == [])
  }
}
