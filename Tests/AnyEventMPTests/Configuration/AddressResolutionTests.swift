import AEValue
import AnyEvent
import Testing

@testable import AnyEventMP

@Suite struct AddressResolutionTests {
  private let sources = AddressSources(
    interfaces: [
      "127.0.0.1", "127.1.2.3", "192.168.1.5", "10.0.0.7", "::1", "fe80::1", "2001:db8::5",
      "3fff::1", "4000::1", "fd00::9", "fc00::1", "fec0::1", "ff02::1", "192.168.1.5",
    ].compactMap { SocketAddress(ip: $0, port: 0) },
    hostName: "myhost",
    lookUp: { name in
      let names = [
        "myhost": ["127.0.1.1"], "two": ["10.0.0.1", "2001:db8::1"], "again": ["10.0.0.1"],
      ]
      return (names[name] ?? []).compactMap { SocketAddress(ip: $0, port: 0) }
    })

  private func listen(
    _ binds: String..., hasCredentials: Bool = true, sources: AddressSources? = nil
  ) throws -> [String] {
    try BindAddress.addressesToListen(
      on: BindAddress.parse(binds), sources ?? self.sources, hasCredentials: hasCredentials
    ).map(\.description)
  }

  @Test("binds are resolved")
  func binds() throws {
    let everywhere = [
      "192.168.1.5", "10.0.0.7", "[2001:db8::5]", "[3fff::1]", "[fd00::9]", "[fc00::1]",
    ]
    #expect(try listen("*") == everywhere.map { $0 + ":0" })
    #expect(try listen("*:4040") == everywhere.map { $0 + ":4040" })
    #expect(try listen("4040") == ["127.0.1.1:4040"])
    #expect(try listen("") == ["127.0.1.1:0"])
    #expect(try listen("two") == ["10.0.0.1:0", "[2001:db8::1]:0"])
    #expect(try listen("two:1,again:1,again:2") == ["10.0.0.1:1", "[2001:db8::1]:1", "10.0.0.1:2"])
    #expect(try listen("127.0.0.1:5", "[::1]:*") == ["127.0.0.1:5", "[::1]:0"])
    #expect(try listen() == [])
  }

  @Test("all interfaces are served only with a secret or a certificate")
  func credentials() throws {
    let error = #expect(throws: ConfigurationError.self) {
      try listen("127.0.0.1:1", "*:4040", hasCredentials: false)
    }
    #expect(error?.code == .noCredentials)
    #expect(
      error?.description
        == """
        binds: "*:4040" listens on all network interfaces, which needs a secret or a certificate; \
        run "aemp gensecret", or bind to an address such as 127.0.0.1:4040
        """)
    #expect(try listen("127.0.0.1:1", hasCredentials: false) == ["127.0.0.1:1"])
  }

  @Test(
    "nor is any address that others can reach, by number or by name",
    arguments: [
      "10.0.0.1:4040", "0.0.0.0:4040", "[::]:4040", "[2001:db8::1]:4040", "[fe80::1]:4040",
      "128.0.0.1:4040", "[::ffff:10.0.0.1]:4040", "[::2]:4040",
    ])
  func otherAddresses(_ address: String) throws {
    let error = #expect(throws: ConfigurationError.self) {
      try listen("127.0.0.1:1", address, hasCredentials: false)
    }
    #expect(error?.code == .noCredentials)
    let sentence = error?.description ?? ""
    #expect(sentence.contains("can be reached by other hosts, which needs a secret"), "\(sentence)")
    #expect(try listen(address, hasCredentials: true).count == 1)
  }

  @Test("a name is refused for the first of its addresses that others can reach")
  func namesWithoutCredentials() throws {
    let error = #expect(throws: ConfigurationError.self) {
      try listen("two:4040", hasCredentials: false)
    }
    #expect(error?.description.hasPrefix("binds: 10.0.0.1:4040 can be reached") == true)
    // The name of this host is one of its loopback addresses.
    #expect(try listen("4040", hasCredentials: false) == ["127.0.1.1:4040"])
    let here = ["127.255.0.1:1", "[::1]:1", "[::ffff:127.0.0.1]:1"]
    for address in here { #expect(try listen(address, hasCredentials: false).count == 1) }
  }

  @Test("a host name without an address is an error for binds and no place for seeds")
  func unknownHost() throws {
    let error = #expect(throws: ConfigurationError.self) { try listen("nowhere:1") }
    #expect(error?.code == .unresolvable)
    #expect(
      error?.description
        == """
        binds: the host name "nowhere" has no address; correct it, or bind to an address such as \
        127.0.0.1:4040
        """)
    #expect(try BindAddress(parsing: "nowhere:1").socketAddresses(sources) == [])
  }

  @Test("a machine with nothing but a loopback interface listens nowhere")
  func loopbackOnly() throws {
    var alone = sources
    alone.interfaces = ["127.0.0.1", "::1"].compactMap { SocketAddress(ip: $0, port: 0) }
    #expect(try listen("*:4040", sources: alone) == [])
  }

  @Test("seeds without a port have port 4040")
  func seeds() throws {
    func socketAddresses(_ text: String) throws -> [String] {
      try BindAddress(parsing: text).socketAddresses(sources).map(\.description)
    }
    #expect(try socketAddresses("two") == ["10.0.0.1:4040", "[2001:db8::1]:4040"])
    #expect(try socketAddresses("two:7") == ["10.0.0.1:7", "[2001:db8::1]:7"])
    #expect(try socketAddresses("4041") == ["127.0.1.1:4041"])
    #expect(try socketAddresses("*").first == "192.168.1.5:4040")
  }

  @Test("names of seeds are left to be looked up at every attempt")
  func seedNames() throws {
    func addresses(_ text: String) throws -> [String] {
      var sources = sources
      sources.lookUp = { name in
        Issue.record("\(name) was looked up")
        return []
      }
      return try BindAddress(parsing: text).seedAddresses(sources)
    }
    #expect(try addresses("two") == ["two:4040"])
    #expect(try addresses("4041") == ["myhost:4041"])
    #expect(try addresses("") == ["myhost:4040"])
    #expect(try addresses("[::1]:7") == ["[::1]:7"])
    #expect(try addresses("*:5").first == "192.168.1.5:5")
  }

  @Test("only names have to be looked up")
  func names() throws {
    func name(_ text: String, on host: String = "myhost") throws -> String? {
      try BindAddress(parsing: text).nameToLookUp(hostName: host)
    }
    #expect(try name("*:1") == nil)
    #expect(try name("4040") == "myhost")
    #expect(try name("4040", on: "10.0.0.1") == nil)
    #expect(try name("h:1") == "h")
    #expect(try name("[::1]:1") == nil)
  }

  @Test("this machine has addresses, and the resolver knows numbers and localhost")
  func machine() {
    let loop = Loop()
    defer { loop.close() }
    let lookUp = AddressSources.ofMachine(hostName: "", loop.resolver).lookUp
    let addresses = SocketAddress.ofInterfaces()
    #expect(Set(addresses).count == addresses.count)
    #expect(lookUp("127.0.0.1").map(\.host) == ["127.0.0.1"])
    #expect(lookUp("localhost").isEmpty == false)
    #expect(lookUp("").isEmpty)
  }

  @Test("link-local addresses are listened on with their zone, which this machine must have")
  func zones() throws {
    // Each machine has this interface, and names it so.
    #expect(try listen("[fe80::1%lo]:4040") == ["[fe80::1%lo]:4040"])
    #expect(try listen("fe80::1%lo") == ["[fe80::1%lo]:0"])
    let error = #expect(throws: ConfigurationError.self) { try listen("[fe80::1%nosuch0]:1") }
    #expect(error?.code == .unresolvable)
    #expect(
      error?.description
        == """
        binds: "[fe80::1%nosuch0]:1" is an address on the network interface "nosuch0", which this \
        machine does not have; correct it, or bind to an address such as 127.0.0.1:4040
        """)
    // A seed may be on a network that comes later.
    let seed = try BindAddress(parsing: "[fe80::1%nosuch0]:1")
    #expect(seed.seedAddresses(sources) == ["[fe80::1%nosuch0]:1"])
    #expect(seed.nameToLookUp(hostName: "myhost") == nil)
    #expect(throws: ConfigurationError.self) {
      try listen("[fe80::1%lo]:4040", hasCredentials: false)
    }
  }
}
