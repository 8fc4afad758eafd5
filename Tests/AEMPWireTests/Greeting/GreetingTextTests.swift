import AEMPWire
import AEValue
import Testing

@Suite("greetings with text that Swift compares slowly") struct GreetingTextTests {
  @Test("fields of one spelling each, however many accents they have", .timeLimit(.minutes(1)))
  func accents() throws {
    // 4 KB, of which Swift would sort each field for each comparison.
    let evil = "e" + String(repeating: "\u{301}\u{316}", count: 450)
    let twin = "e" + String(repeating: "\u{316}\u{301}", count: 450)
    let line = "aemp;1;n;\(evil),hmac_sha3_512;cbor,json;\(evil)=1;\(twin)=2;\u{e9}=3;e\u{301}=4"
    for _ in 0..<200 {
      let greeting = try Greeting(line: line)
      #expect(greeting[key: evil] == "1" && greeting[key: twin] == "2")
      #expect(greeting[key: "\u{e9}"] == "3" && greeting[key: "e\u{301}"] == "4")
      #expect(greeting.authMethods.contains(.hmacSHA3_512))
      #expect(!greeting.authMethods.contains(AuthMethod(rawValue: twin)))
    }
    for start in ["\(evil);1;n;a;b", "aemp-\(evil);\(twin);n;a;b", "aemp;1;\(evil);a;b"] {
      #expect(throws: Refusal.self) { try Greeting(line: start) }
    }
  }
}
