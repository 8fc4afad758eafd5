import TestSupport
import Testing

@testable import AnyEvent

@Suite("International host names")
struct InternationalNameTests {
  @Test(
    "texts are encoded and decoded as RFC 3492 shows it",
    arguments: [
      ("bücher", "bcher-kva"), ("", ""), ("abc", "abc-"), ("ü", "tda"), ("a-b", "a-b-"),
      ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
      ("Pročprostěnemluvíčesky", "Proprostnemluvesky-uyb24dma41a"),
      ("почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l"),
      ("3年B組金八先生", "3B-ww4c5e180e575a65lsy2b"), ("そのスピードで", "d9juau41awczczp"),
      ("-> $1.00 <-", "-> $1.00 <--"), ("\u{10FFFF}a", "a-g023p"),
    ])
  func punycode(_ text: String, _ encoded: String) {
    #expect(punycode_encode(text) == encoded)
    #expect(punycode_decode(encoded) == text)
  }

  @Test(
    "what is no encoded text is refused",
    arguments: ["-abc!", "ü", "99999999", "a-99999999999999", "-tda", "tda tda", "\u{0}"])
  func broken(_ text: String) { #expect(punycode_decode(text) == nil) }

  @Test("long texts are refused before they cost time")
  func long() {
    #expect(punycode_encode(String(repeating: "ü", count: 1025)) == nil)
    #expect(punycode_decode(String(repeating: "a", count: 1_000_000)) == nil)
    let name = String(repeating: "ü.", count: 1_000_000)
    #expect(idn_nameprep(name) == nil && idn_to_ascii(name) == name)
  }

  @Test(
    "names have a form in ASCII and one with all letters",
    arguments: [
      ("Bücher.Example", "xn--bcher-kva.example", "bücher.example"),
      ("日本語。ＪＰ", "xn--wgv71a119e.jp", "日本語.jp"),
      ("e\u{301}cole.fr", "xn--cole-9oa.fr", "école.fr"),
      ("हिन्दी.भारत", "xn--j2bd4cyah0f.xn--h2brj9c", "हिन्दी.भारत"),
      ("straße.de.", "xn--strae-oqa.de.", "straße.de."),
      ("_sip._tcp.bücher.example", "_sip._tcp.xn--bcher-kva.example", "_sip._tcp.bücher.example"),
      ("ΣΊΣΥΦΟΣ.gr", "xn--kxa6akbbkh.gr", "σίσυφοσ.gr"),
    ])
  func names(_ name: String, _ ascii: String, _ unicode: String) {
    #expect(idn_to_ascii(name) == ascii)
    #expect(Array(idn_to_unicode(ascii).unicodeScalars) == Array(unicode.unicodeScalars))
    #expect(Array(idn_to_unicode(name).unicodeScalars) == Array(unicode.unicodeScalars))
  }

  @Test(
    "what is no name stays as it is",
    arguments: [
      "ﬁn.example", "ü b.example", "-ü.example", "ü-.example", "xn--ü.example", "ab--ü.example",
      "\u{301}a.example", "ü\u{200D}.example", "☃.example", "ü/../b",
      String(repeating: "ü", count: 80) + ".example",
    ])
  func noNames(_ name: String) {
    #expect(InternationalName.ascii(name) == nil)
    #expect(idn_to_ascii(name) == name)
  }

  @Test(
    "encoded parts that nobody would write are no names",
    arguments: ["xn--abc-", "xn--99999999", "xn--BCHER-KVA1", "xn--", "xn--a-ecp.ru"])
  func noEncodedNames(_ name: String) {
    #expect(idn_nameprep(name) == nil)
    #expect(idn_to_unicode(name) == name)
    #expect(idn_to_ascii(name) == name)
  }

  @Test("a name with other letters is looked up in its form in ASCII")
  func lookedUp() throws {
    try withLoop { loop in
      let server = NameServer(on: loop, ["xn--bcher-kva.example": .address([127, 0, 0, 7])])
      loop.resolver.servers = [server.place]
      let done = CondVar<Result<[SocketAddress], SocketError>>(on: loop)
      let resolution = loop.resolve("bücher.example", 1) { done.send($0) }
      let found = try done.recv().get()
      #expect(found.map(\.host) == ["127.0.0.7"])
      withExtendedLifetime(resolution) {}
    }
  }

  @Test("a certificate names a host by its form in ASCII")
  func certificate() throws {
    let authority = try TLSAuthority()
    let own = try authority.issue(cn: "x", alternatives: ["DNS:xn--bcher-kva.example"])
    for check in [true, .http] as [TLSPeernameCheck] {
      let client = try TLSContext(ca_cert: authority.pem, verify_peername: check)
      let pair = try TLSPair(
        TLSEnd(client, .connect, peername: "bücher.example"),
        TLSEnd(TLSContext(cert: own.cert, key: own.key), .accept))
      pair.exchange()
      #expect(pair.client.isUp)
    }
  }
}
