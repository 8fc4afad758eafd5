import AEValue
import AnyEventMP
import Testing

/// What is wrong in a file, and the whole sentence that says so.
@Suite struct BadConfigurationTests {
  @Test(
    "a value of the wrong type or without meaning is refused with a sentence",
    arguments: [
      (
        #"{"nodeid": []}"#,
        #"nodeid in /etc/rc is a list but must be a string; write for example "nodeid": "anon/""#
      ),
      (
        #"{"nodeid": true}"#,
        #"nodeid in /etc/rc is a boolean but must be a string; write for example "nodeid": "anon/""#
      ),
      (
        #"{"nodeid": ""}"#,
        #"nodeid in /etc/rc: "" makes an empty node id; write for example "nodeid": "anon/""#
      ),
      (
        #"{"nodeid": "a#b"}"#,
        #"nodeid in /etc/rc: "a#b" makes the node id "a#b", but a node id has only A-Z a-z 0-9 _ - . : /; write for example "nodeid": "anon/""#
      ),
      (
        #"{"secret": {}}"#,
        #"secret in /etc/rc is an object but must be a string; write for example "secret": "geheimnis""#
      ),
      (
        #"{"secret": "€"}"#,
        #"secret in /etc/rc: character 1 of the secret lies above U+00FF, and the network uses one byte per character: use characters up to U+00FF only, or make a secret with "aemp gensecret""#
      ),
      (
        #"{"binds": "*:4040"}"#,
        #"binds in /etc/rc is a string but must be a list of strings; write for example "binds": ["*:4040"]"#
      ),
      (
        #"{"binds": ["a:1", null]}"#,
        #"element 2 of binds in /etc/rc is null but must be a string; write for example "binds": ["*:4040"]"#
      ),
      (
        #"{"binds": ["unix/:/tmp/x"]}"#,
        #"binds in /etc/rc: "unix/:/tmp/x" is a unix domain socket, and nodes speak TCP only; write for example "binds": ["*:4040"]"#
      ),
      (
        #"{"seeds": 4040}"#,
        #"seeds in /etc/rc is a number but must be a list of strings; write for example "seeds": ["10.0.0.1:4040"]"#
      ),
      (
        #"{"seeds": ["h:http"]}"#,
        #"seeds in /etc/rc: "h:http" has the port "http", which is no number from 0 to 65535 nor *; write for example "seeds": ["10.0.0.1:4040"]"#
      ),
      (
        #"{"monitor_timeout": "soon"}"#,
        #"monitor_timeout in /etc/rc: "soon" is no number; write for example "monitor_timeout": 30"#
      ),
      (
        #"{"monitor_timeout": 0}"#,
        #"monitor_timeout in /etc/rc: 0 is no number of seconds above 0 and up to 31536000; write for example "monitor_timeout": 30"#
      ),
      (
        #"{"monitor_timeout": false}"#,
        #"monitor_timeout in /etc/rc is a boolean but must be a number; write for example "monitor_timeout": 30"#
      ),
      (
        #"{"connect_interval": -1.5}"#,
        #"connect_interval in /etc/rc: -1.5 is no number of seconds above 0 and up to 31536000; write for example "connect_interval": 2"#
      ),
      (
        #"{"connect_interval": 1e300}"#,
        #"connect_interval in /etc/rc: 1e+300 is no number of seconds above 0 and up to 31536000; write for example "connect_interval": 2"#
      ),
      (
        #"{"framing_format": ["storable"]}"#,
        #"framing_format in /etc/rc: the list names nothing that is known; write for example "framing_format": ["cbor", "json"]"#
      ),
      (
        #"{"framing_format": "cbor"}"#,
        #"framing_format in /etc/rc is a string but must be a list of strings; write for example "framing_format": ["cbor", "json"]"#
      ),
      (
        #"{"auth_accept": []}"#,
        #"auth_accept in /etc/rc: the list names nothing that is known; write for example "auth_accept": ["chacha20poly1305_x25519", "secretbox_x25519", "hmac_sha3_512"]"#
      ),
      (
        #"{"auth_offer": [1]}"#,
        #"auth_offer in /etc/rc: the list names nothing that is known; write for example "auth_offer": ["chacha20poly1305_x25519", "secretbox_x25519", "hmac_sha3_512"]"#
      ),
      (
        #"{"secure": []}"#,
        #"secure in /etc/rc is a list but must be 1 or 0; write for example "secure": 1"#
      ),
      (
        #"{"nodelay": "maybe"}"#,
        #"nodelay in /etc/rc: "maybe" is neither 1 nor 0; write for example "nodelay": 1"#
      ),
      (
        #"{"services": "My::"}"#,
        #"services in /etc/rc is a string but must be a list; write for example "services": ["My::Service::", ["My::function", 1, 2]]"#
      ),
      (
        #"{"services": [[1]]}"#,
        #"element 1 of services in /etc/rc is a list but must be a name, or a list of a name and arguments; write for example "services": ["My::Service::", ["My::function", 1, 2]]"#
      ),
      (
        #"{"cert": 1.5, "secret": []}"#,
        #"secret in /etc/rc is a list but must be a string; write for example "secret": "geheimnis""#
      ),
      (
        #"{"profile": []}"#,
        #"profile in /etc/rc is a list but must be an object of profiles; write for example "profile": {"seed": {"binds": ["*:4040"]}}"#
      ),
      (
        #"{"profile": {"myhost": 1}}"#,
        #"profile "myhost" in /etc/rc is a number but must be an object; write for example "profile": {"myhost": {"binds": ["*:4040"]}}"#
      ),
      (
        #"{"profile": {"myhost": {"parent": ["a"]}}}"#,
        #"parent in profile "myhost" of /etc/rc is a list but must be a string; write for example "parent": "base""#
      ),
      (
        #"{"profile": {"myhost": {"secure": {}}}}"#,
        #"secure in profile "myhost" of /etc/rc is an object but must be 1 or 0; write for example "secure": 1"#
      ),
      (
        #"{"profile": {"myhost": {"parent": "myhost"}}}"#,
        #"the profiles of /etc/rc are parents in a circle, "myhost" → "myhost"; remove one "parent" of them"#
      ),
      (
        #"{"profile": {"myhost": {"parent": "a"}, "a": {"parent": "b"}, "b": {"parent": "a"}}}"#,
        #"the profiles of /etc/rc are parents in a circle, "myhost" → "a" → "b" → "a"; remove one "parent" of them"#
      ),
    ])
  func badFile(_ text: String, _ sentence: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try resolve(file: text) }
    #expect(error?.description == sentence)
    #expect(error?.file == "/etc/rc")
  }

  @Test("what is wrong in the arguments is refused with a sentence that names no file")
  func badArguments() {
    let error = #expect(throws: ConfigurationError.self) {
      try resolve(ConfigurationArguments(monitor_timeout: -.infinity))
    }
    #expect(error?.file == nil)
    #expect(
      error?.description
        == """
        monitor_timeout in the arguments of configure: -inf is no number of seconds above 0 and up \
        to 31536000; write for example "monitor_timeout": 30
        """)
  }

  @Test("a profile name that makes no node id needs a nodeid")
  func badProfileName() throws {
    let error = #expect(throws: ConfigurationError.self) {
      try resolve(ConfigurationArguments("my profile"))
    }
    #expect(
      error?.description
        == """
        the profile name "my profile" makes the node id "my profile/abcdefghiJ", but a node id has \
        only A-Z a-z 0-9 _ - . : /; set the node id, for example "nodeid": "anon/"
        """)
    #expect(try resolve(ConfigurationArguments("my profile", nodeid: "x")).nodeID == "x")
  }

  @Test("a node id has room in a greeting line")
  func longNodeID() throws {
    let longest = String(repeating: "x", count: 1000)
    #expect(try resolve(ConfigurationArguments(nodeid: longest)).nodeID == longest)
    let error = #expect(throws: ConfigurationError.self) {
      try resolve(ConfigurationArguments(nodeid: longest + "x"))
    }
    #expect(error?.code == .badValue)
  }

  @Test("no sentence shows a secret")
  func secretsStayHidden() {
    for text in [#"{"secret": ["geheim"]}"#, #"{"secret": "geheim€"}"#, #"{"cert": ["geheim"]}"#] {
      let error = #expect(throws: ConfigurationError.self) { try resolve(file: text) }
      #expect(error?.description.contains("geheim\"") == false)
      #expect(error?.description.contains("geheim€") == false)
    }
  }
}
