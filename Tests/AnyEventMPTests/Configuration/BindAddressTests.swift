import AEValue
import TestSupport
import Testing

@testable import AnyEventMP

@Suite struct BindAddressTests {
  @Test(
    "addresses are parsed as in the configuration file",
    arguments: [
      ("*", .everyInterface(port: nil)), ("*:4040", .everyInterface(port: 4040)),
      ("*:*", .everyInterface(port: nil)), ("*:0", .everyInterface(port: nil)),
      ("", .ownHost(port: nil)), ("4040", .ownHost(port: 4040)), ("0", .ownHost(port: nil)),
      ("h", .host("h", port: nil)), ("h:1", .host("h", port: 1)), ("h:*", .host("h", port: nil)),
      ("1:*", .host("1", port: nil)),
      ("a.b.c:65535", .host("a.b.c", port: 65535)), (" h:1 \n", .host("h", port: 1)),
      ("10.0.0.1:4040", .host("10.0.0.1", port: 4040)), ("[::1]", .host("::1", port: nil)),
      ("[::1]:4040", .host("::1", port: 4040)), ("::1", .host("::1", port: nil)),
      ("[fe80::1]:*", .host("fe80::1", port: nil)),
      ("[fe80::1%eth0]:4040", .host("fe80::1%eth0", port: 4040)),
      ("fe80::1%2", .host("fe80::1%2", port: nil)), ("grün:1", .host("grün", port: 1)),
    ] as [(String, BindAddress)])
  func parsing(_ text: String, _ address: BindAddress) throws {
    #expect(try BindAddress(parsing: text) == address)
    #expect(try BindAddress(parsing: address.description) == address)
  }

  @Test(
    "what is no address is refused with a sentence",
    arguments: [
      ("h:x", "has the port \"x\", which is no number from 0 to 65535 nor *"),
      ("h:", "has the port \"\", which is no number from 0 to 65535 nor *"),
      ("h:65536", "has the port \"65536\", which is no number from 0 to 65535 nor *"),
      ("65536", "has the port \"65536\", which is no number from 0 to 65535 nor *"),
      (
        "99999999999999999999",
        "has the port \"99999999999999999999\", which is no number from 0 to 65535 nor *"
      ),
      ("h:-1", "has the port \"-1\", which is no number from 0 to 65535 nor *"),
      ("[::1", "has a [ without a ]"),
      ("[::1]4040", "has something else than a port behind the ]"),
      ("[1.2.3.4]:1", "has something in brackets that is no IPv6 address"),
      ("[::1%lo]:1", "has something in brackets that is no IPv6 address"),
      ("[fe80::1%]:1", "has something in brackets that is no IPv6 address"),
      ("[fe80::1%e h]:1", "has something in brackets that is no IPv6 address"),
      ("[fe80::1%eth0", "has a [ without a ]"),
      ("fe80::1%eth0:x", "has the port \"x\", which is no number from 0 to 65535 nor *"),
      ("[x]:1", "has something in brackets that is no IPv6 address"),
      ("::1:x", "has the port \"x\", which is no number from 0 to 65535 nor *"),
      ("a:b:1", "has several colons; an IPv6 address before a port is put in brackets"),
      ("unix/", "is a unix domain socket, and nodes speak TCP only"),
      ("unix/:/tmp/x", "is a unix domain socket, and nodes speak TCP only"),
      (":4040", "is no host name or address"), ("a b:1", "is no host name or address"),
      ("**:1", "is no host name or address"), ("h/x:1", "is no host name or address"),
    ])
  func badAddresses(_ text: String, _ problem: String) {
    let error = #expect(throws: BindAddress.ParseError.self) { try BindAddress(parsing: text) }
    #expect(error?.problem == problem)
    #expect(error?.text == "\"\(text)\"")
  }

  @Test("commas separate several addresses, and lists are flattened")
  func lists() throws {
    #expect(
      try BindAddress.parse(["4040, *:1", "h:2"]) == [
        .ownHost(port: 4040), .everyInterface(port: 1), .host("h", port: 2),
      ])
    #expect(try BindAddress.parse([]) == [])
    #expect(try BindAddress.parse([","]) == [.ownHost(port: nil), .ownHost(port: nil)])
  }

  @Test("any text is parsed or refused", arguments: Seeds.some(4))
  func anyText(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let pieces = [
      "[", "]", ":", "*", ",", "/", "1", "::1", " ", "h", "é", "\u{0}", "65536", "%", "fe80::1%a",
    ]
    for _ in 0..<5000 {
      let count = Int.random(in: 0..<8, using: &generator)
      let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      guard let address = try? BindAddress(parsing: text) else { continue }
      #expect((try? BindAddress(parsing: address.description)) == address, "\(text)")
    }
  }
}
