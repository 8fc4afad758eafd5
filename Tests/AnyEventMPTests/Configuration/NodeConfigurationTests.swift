import AEMPWire
import AEValue
import AnyEventMP
import TestSupport
import Testing

@Suite struct NodeConfigurationTests {
  @Test("an empty configuration gives the built-in defaults and says what is missing")
  func defaults() throws {
    let configuration = try resolve()
    #expect(configuration.nodeID == "myhost/abcdefghiJ")
    #expect(configuration.isRandom)
    #expect(configuration.runiq == "abcdefghiJ")
    #expect(configuration.hostName == "myhost")
    #expect(configuration.binds == [])
    #expect(configuration.seeds == [])
    #expect(configuration.secrets.isEmpty)
    #expect(configuration.certificate == nil)
    #expect(!configuration.hasCredentials)
    #expect(configuration.monitorTimeout == 30)
    #expect(configuration.connectInterval == 2)
    #expect(configuration.heartbeat == 5)
    #expect(configuration.heartbeatTimeout == 15)
    #expect(configuration.framings == [.cbor, .json])
    #expect(
      configuration.authOffer.map(\.rawValue) == [
        "chacha20poly1305_x25519", "secretbox_x25519", "tls_sha3_512", "hmac_sha3_512",
      ])
    #expect(
      configuration.authAccept.map(\.rawValue) == [
        "chacha20poly1305_x25519", "secretbox_x25519", "tls_sha3_512", "hmac_sha3_512",
      ])
    #expect(!configuration.secure)
    #expect(configuration.nodelay)
    #expect(configuration.services == [])
    #expect(
      configuration.warnings == [
        """
        neither a secret nor a certificate is configured, so this node cannot talk to others; run \
        "aemp gensecret" and copy the configuration file to all hosts
        """
      ])
  }

  @Test("with a secret or a certificate a node listens on every interface unless told otherwise")
  func defaultBinds() throws {
    #expect(try resolve(file: #"{"secret": "x"}"#).binds == [.everyInterface(port: nil)])
    #expect(try resolve(file: #"{"cert": "x"}"#).binds == [.everyInterface(port: nil)])
    #expect(try resolve(file: #"{"secret": "sixteen letters!"}"#).warnings == [])
    #expect(try resolve(file: #"{"secret": "x", "binds": []}"#).binds == [])
    #expect(try resolve(file: #"{"secret": ""}"#).secrets.isEmpty)
    let bound = try resolve(file: #"{"binds": ["*:4040", 4041, "a,b:1"]}"#)
    #expect(
      bound.binds == [
        .everyInterface(port: 4040), .ownHost(port: 4041), .host("a", port: nil),
        .host("b", port: 1),
      ])
    #expect(bound.warnings == [])
  }

  @Test(
    "node id patterns are expanded",
    arguments: [
      ("eg", "eg", false), ("eg/%u", "eg/abcdefghiJ", true), ("anon/", "anon/abcdefghiJ", true),
      ("%n", "myhost", false), ("%n/x", "myhost/x", false), ("/", "/abcdefghiJ", true),
      ("%u%u", "abcdefghiJabcdefghiJ", true), ("%n/", "myhost/abcdefghiJ", true),
      ("%u/", "abcdefghiJ/abcdefghiJ", true), ("a.b:c_d-e/F9", "a.b:c_d-e/F9", false),
    ])
  func nodeIDs(_ pattern: String, _ nodeID: String, _ isRandom: Bool) throws {
    let configuration = try resolve(ConfigurationArguments(nodeid: pattern))
    #expect(configuration.nodeID == nodeID)
    #expect(configuration.isRandom == isRandom)
  }

  @Test("scalars are read as Perl reads them")
  func scalars() throws {
    let configuration = try resolve(
      file: """
        {"nodeid": 17, "secret": 12345, "monitor_timeout": "45.5", "connect_interval": 1,
         "secure": "1", "nodelay": 0}
        """)
    #expect(configuration.nodeID == "17")
    #expect(configuration.secrets.first?.withBytes { Array($0) } == Array("12345".utf8))
    #expect(configuration.monitorTimeout == 45.5)
    #expect(configuration.connectInterval == 1)
    #expect(configuration.secure && !configuration.nodelay)
  }

  @Test("a secret that is easy to guess is used, with a warning")
  func shortSecret() throws {
    for file in [#"{"secret": "fifteen letters"}"#, #"{"secrets": ["sixteen letters!", "x"]}"#] {
      let warnings = try resolve(file: file).warnings
      #expect(warnings.count == 1)
      #expect(warnings.first?.contains("aemp gensecret") == true)
      #expect(warnings.first?.contains("letters") == false)
    }
  }

  @Test(
    "secrets come before the secret, which is not there twice, and are credentials by themselves")
  func secrets() throws {
    func bytes(_ file: String) throws -> [String] {
      try resolve(file: file).secrets.map { secret in
        secret.withBytes { String(decoding: $0, as: UTF8.self) }
      }
    }
    #expect(try bytes(#"{"secret": "old", "secrets": ["new", "old"]}"#) == ["new", "old"])
    #expect(try bytes(#"{"secret": "old", "secrets": ["new"]}"#) == ["new", "old"])
    #expect(try bytes(#"{"secret": "", "secrets": [1, "x,y"]}"#) == ["1", "x,y"])
    #expect(try bytes(#"{"secrets": []}"#) == [])
    let alone = try resolve(file: #"{"secrets": ["sixteen letters!"]}"#)
    #expect(alone.hasCredentials && alone.binds == [.everyInterface(port: nil)])
  }

  @Test(
    "secrets that cannot be used are refused, and the sentence does not show them",
    arguments: [
      (#"{"secrets": "geheim"}"#, "must be a list of strings"),
      (#"{"secrets": ["a", ""]}"#, "element 2 is empty"),
      (#"{"secrets": ["a", "geheim☃"]}"#, "element 2 of secrets in /etc/rc: character 7 "),
      (#"{"secrets": [["geheim"]]}"#, "element 1 of secrets"),
      (
        #"{"secrets": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]}"#,
        "has more than 16 secrets"
      ),
    ])
  func badSecrets(file: String, says: String) {
    let error = #expect(throws: ConfigurationError.self) { try resolve(file: file) }
    #expect(error?.sentence.contains(says) == true, "\(error?.sentence ?? "")")
    #expect(error?.sentence.contains("geheim") == false)
  }

  @Test("a secret has one byte per character")
  func secretBytes() throws {
    let secret = try resolve(file: #"{"secret": "grün"}"#).secrets.first
    #expect(secret?.withBytes { Array($0) } == [0x67, 0x72, 0xFC, 0x6E])
  }

  @Test("services are names, or names with arguments")
  func services() throws {
    let services = try resolve(
      file: #"{"services": ["My::Service::", ["mymod::myfun", 1, "x"], "f"]}"#
    ).services
    #expect(services.map(\.name) == ["My::Service::", "mymod::myfun", "f"])
    #expect(services.map(\.arguments) == [[], [1, "x"], []])
    #expect(services.map(\.isModule) == [true, false, false])
  }

  @Test("what cannot be followed becomes a warning")
  func warnings() throws {
    let configuration = try resolve(
      file: """
        {"secret": "sixteen letters!", "eval": "1", "framing_format": ["storable", "json"],
         "auth_offer": ["hmac_md6_64_256", "hmac_sha3_512"],
         "profile": {"myhost": {"parent": "nobody"}}}
        """)
    #expect(configuration.framings == [.json])
    #expect(
      configuration.warnings == [
        """
        parent in profile "myhost" of /etc/rc: there is no profile "nobody", so nothing is \
        inherited from it
        """,
        #"framing_format in /etc/rc: "storable" is not known and left out"#,
        #"auth_offer in /etc/rc: "hmac_md6_64_256" is not known and left out"#,
        "eval in /etc/rc is ignored: it holds Perl code, which this program cannot run",
      ])
  }

  @Test("autocork is refused by a sentence wherever it is wanted, and taken where it is not")
  func autocork() throws {
    let wanted = try resolve(file: #"{"autocork": "1", "secret": "0123456789abcdefghij"}"#)
    #expect(
      wanted.warnings == [
        """
        autocork in /etc/rc is ignored: this program always sends the packets of one round of its \
        event loop together
        """
      ])
    let ending = """
       is ignored: this program always sends the packets of one round of its event loop together
      """
    let inProfile = try resolve(
      file: #"{"secret": "0123456789abcdefghij", "profile": {"myhost": {"autocork": 1}}}"#)
    #expect(inProfile.warnings == ["autocork in profile \"myhost\" of /etc/rc" + ending])
    let argument = try resolve(
      ConfigurationArguments(secret: "0123456789abcdefghij", autocork: true))
    #expect(argument.warnings == ["autocork in the arguments of configure" + ending])
    let other = try resolve(file: #"{"autocork": 0, "secret": "0123456789abcdefghij"}"#)
    #expect(other.warnings.isEmpty)
    #expect(throws: ConfigurationError.self) { try resolve(file: #"{"autocork": [1]}"#) }
  }

  @Test("heartbeat may be 0, which is never; the time-out may not")
  func never() throws {
    #expect(try resolve(file: #"{"heartbeat": 0}"#).heartbeat == 0)
    #expect(try resolve(file: #"{"heartbeat": "0.5"}"#).heartbeat == 0.5)
    for text in [#""heartbeat": -1"#, #""heartbeat": 1e300"#, #""heartbeat_timeout": 0"#] {
      #expect(throws: ConfigurationError.self) { try resolve(file: "{\(text)}") }
    }
  }

  @Test("keys that nobody knows do not matter, but each is warned of, up to ten")
  func unknownKeys() throws {
    let configuration = try resolve(
      file: Self.withSecret(#""zzz": [1], "version": 1, "nodeid": "a""#))
    #expect(configuration.nodeID == "a")
    #expect(configuration.warnings == [#""zzz" in /etc/rc is no setting and has no effect"#])
    let many = (0..<12).map { "\"key \($0)\": 1" }.joined(separator: ", ")
    let warnings = try resolve(file: Self.withSecret(many + #", "profile": {"myhost": {"x": 1}}"#))
      .warnings
    #expect(warnings.count == 12)
    #expect(warnings[10] == "2 more names in /etc/rc are no settings")
    #expect(warnings[11] == #"1 more names in profile "myhost" of /etc/rc are no settings"#)
    #expect(try resolve(ConfigurationArguments(secret: Self.secret, norc: true)).warnings == [])
  }

  private static let secret = "a secret that is long enough"

  private static func withSecret(_ members: String) -> String {
    #"{"secret": "\#(secret)", \#(members)}"#
  }

  @Test("the file is read where the context says, and not at all with norc")
  func fileFromEnvironment() throws {
    let directory = try TemporaryDirectory()
    try directory.write(#"{"nodeid": "fromfile"}"#, to: "rc")
    var context = testContext
    context.file = ConfigurationFile(path: directory.path + "/rc")
    let configuration = try NodeConfiguration(ConfigurationArguments(), context: context)
    #expect(configuration.nodeID == "fromfile")
    try directory.write("broken", to: "rc")
    #expect(throws: ConfigurationError.self) {
      try NodeConfiguration(ConfigurationArguments(), context: context)
    }
    let without = try NodeConfiguration(
      ConfigurationArguments(nodeid: "x", norc: true), context: context)
    #expect(without.nodeID == "x")
  }
}
