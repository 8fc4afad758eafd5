import AEMPWire
import Testing

struct GreetingTests {
  @Test("the greeting of a 2.02 node is understood")
  func perl() throws {
    let greeting = try Greeting(
      line: "aemp;1;beta;tls_sha3_512,hmac_sha3_512,tls_anon,cleartext;cbor,json,storable;"
        + "gproto=1;mproto=1;peeraddr=127.0.0.1:14141;provider=AE-2.02")
    #expect(greeting.protocolName == "aemp")
    #expect(greeting.isNodeConnection)
    #expect(greeting.nodeID == "beta")
    #expect(greeting.authMethods == [.tlsSHA3_512, .hmacSHA3_512, .tlsAnonymous, .cleartext])
    #expect(greeting.framings == ["cbor", "json", "storable"])
    #expect(greeting.keys.map(\.name) == ["gproto", "mproto", "peeraddr", "provider"])
    #expect(greeting[key: "peeraddr"] == "127.0.0.1:14141")
    #expect(greeting[key: "tls"] == nil)
  }

  @Test(
    "a line becomes the same line again",
    arguments: [
      "aemp;1;a;hmac_sha3_512;cbor", "aemp;1;a;;", "aemp;1;a/b:c-d.e_F9;x,y;json;k=v;k2=a=b",
      "aemp-dataconn;1;n;hmac_sha3_512;cbor,json;dataconn_id=7@n", "aemp;1;a;b;c;k=%3b%25;l=%2525",
    ])
  func roundTrip(line: String) throws { #expect(try Greeting(line: line).line == line) }

  @Test("a hundred methods, framings and keys are taken, and no more of any")
  func many() throws {
    func line(_ methods: Int, _ framings: Int, _ keys: Int) -> String {
      let lists = [methods, framings].map { repeatElement("a", count: $0).joined(separator: ",") }
      return "aemp;1;n;\(lists[0]);\(lists[1])" + String(repeating: ";k", count: keys)
    }
    let greeting = try Greeting(line: line(100, 100, 100))
    #expect(greeting.authMethods.count == 100 && greeting.framings.count == 100)
    #expect(greeting.keys.count == 100)
    for (methods, framings, keys) in [(101, 1, 1), (1, 101, 1), (1, 1, 101)] {
      let refusal = #expect(throws: Refusal.self) {
        try Greeting(line: line(methods, framings, keys))
      }
      #expect(refusal?.code == .malformedGreeting)
      #expect(refusal?.reason.contains("too many fields") == true)
    }
  }

  @Test("semicolons and per cent signs in fields are escaped")
  func escapes() throws {
    let greeting = Greeting(
      nodeID: "n", authMethods: [.hmacSHA3_512], framings: ["cbor"],
      keys: [.init("x-;", "50%;é"), .init("p", "%3b"), .init("empty", "")])
    #expect(greeting.line == "aemp;1;n;hmac_sha3_512;cbor;x-%3b=50%25%3bé;p=%253b;empty=")
    #expect(try Greeting(line: greeting.line) == greeting)
  }

  @Test("a per cent sign that starts no escape is kept, as 2.02 escapes nothing")
  func unknownEscapes() throws {
    let greeting = try Greeting(line: "aemp;1;n;a;b;k=100%;l=%20%3B%2;m=%")
    #expect(greeting[key: "k"] == "100%")
    #expect(greeting[key: "l"] == "%20;%2")
    #expect(greeting[key: "m"] == "%")
  }

  @Test("the last of several equal keys counts, and a key needs no value")
  func keys() throws {
    let greeting = try Greeting(line: "aemp;1;n;a;b;k=1;;flag;k=2;=x")
    #expect(greeting[key: "k"] == "2")
    #expect(greeting[key: "flag"] == "")
    #expect(greeting[key: ""] == "x")
    #expect(greeting.keys.count == 4)
  }

  @Test("lists keep their order and drop what is empty")
  func lists() throws {
    let greeting = try Greeting(line: "aemp;1;n;,b,,a,;json,,cbor")
    #expect(greeting.authMethods.map(\.rawValue) == ["b", "a"])
    #expect(greeting.framings == ["json", "cbor"])
  }

  @Test(
    "what is no greeting is refused",
    arguments: [
      "", ";", "aemp", "aemp;1", "aemp;1;n;a", "AEMP;1;n;a;b", "aempx;1;n;a;b", "aemp-;1;n;a;b",
      "GET / HTTP/1.1", "SSH-2.0-OpenSSH_9.2", " aemp;1;n;a;b", "\u{FEFF}aemp;1;n;a;b",
      "%61emp;1;n;a;b",
    ])
  func malformed(line: String) {
    #expect(throws: Refusal(.malformedGreeting, "")) { try Greeting(line: line) }
  }

  @Test(
    "another version is refused whatever else the line says",
    arguments: ["aemp;2;n;a;b", "aemp;0", "aemp;;n;a;b", "aemp;1.0;n;a;b", "aemp;11;n n;a;b;c"])
  func version(line: String) {
    #expect(throws: Refusal(.wrongVersion, "")) { try Greeting(line: line) }
  }

  @Test(
    "a node id outside the alphabet is refused",
    arguments: ["", " ", "a b", "a#b", "é", "a%25", "a\u{0}", "a,b", "a@b", "a[", "a`", "a{"])
  func nodeID(id: String) {
    #expect(!Greeting.isValid(nodeID: id))
    #expect(throws: Refusal(.invalidNodeID, "")) { try Greeting(line: "aemp;1;\(id);a;b") }
  }

  @Test("every character of the alphabet is fine in a node id, and no other ASCII character")
  func alphabet() {
    let allowed = Set(
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:/".unicodeScalars)
    for value in UInt8(0)..<128 {
      let scalar = Unicode.Scalar(value)
      #expect(Greeting.isValid(nodeID: String(scalar)) == allowed.contains(scalar))
    }
  }
}
