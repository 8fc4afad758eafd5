import Foundation
import FoundationXML
import Testing

@testable import aemp

/// The elements of a file that has been read as XML.
final class ParsedPicture: NSObject, XMLParserDelegate {
  struct Element {
    let name: String
    let attributes: [String: String]
  }

  private(set) var elements: [Element] = []
  private(set) var texts = ""
  private(set) var isWellFormed = false

  init(_ text: String) {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    isWellFormed = parser.parse()
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    elements.append(Element(name: name, attributes: attributes))
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { texts += string }

  func all(_ kind: String) -> [Element] { elements.filter { $0.attributes["class"] == kind } }
}

@Suite("The picture of a topology") struct SVGWriterTests {
  @Test("it is well-formed and has one element for each node and each link, whatever the shape")
  func counted() {
    for (name, topology) in TopologyLayoutTests.shapes {
      let picture = ParsedPicture(SVGWriter(topology).text)
      #expect(picture.isWellFormed, "\(name)")
      #expect(picture.elements.first?.name == "svg")
      let nodes = picture.all("node").compactMap { $0.attributes["data-node"] }
      #expect(nodes.sorted() == topology.nodes.keys.sorted(), "\(name)")
      let links = picture.all("link").map { link in
        [link.attributes["data-from"] ?? "", link.attributes["data-to"] ?? ""]
      }
      #expect(
        Set(links) == Set(topology.links.keys.map { [$0.a, $0.b] })
          && links.count == topology.links.count, "\(name)")
    }
  }

  @Test("ids that mean something in XML are escaped, and come back as they were")
  func hostile() {
    let ids = [
      "<script>alert(1)</script>", "a\"b'c", "&amp;", "]]>", "x\ny\tz\r", "-->", "\" onload=\"x",
      "\u{202e}x", "ünïcode/1 🦆",
    ]
    let picture = ParsedPicture(SVGWriter(Topology(starts: ids)).text)
    #expect(picture.isWellFormed)
    #expect(
      picture.all("node").compactMap { $0.attributes["data-node"] }.sorted() == ids.sorted())
    #expect(!picture.elements.contains { $0.name == "script" })
    #expect(picture.elements.allSatisfy { $0.attributes["onload"] == nil })
  }

  @Test("characters that XML cannot hold are written as their numbers")
  func impossible() {
    let picture = ParsedPicture(SVGWriter(Topology(starts: ["a\u{0}b\u{1b}c\u{fffe}d"])).text)
    #expect(picture.isWellFormed)
    #expect(picture.all("node").first?.attributes["data-node"] == #"a\u{0}b\u{1b}c\u{fffe}d"#)
  }

  @Test("the legend explains what is there and nothing else")
  func legend() {
    let star = ParsedPicture(SVGWriter(SampleNetwork.star(2)).text).texts
    #expect(star.contains("global node") && star.contains("not encrypted"))
    #expect(!star.contains("unreachable") && !star.contains("another program"))
    let mixed = ParsedPicture(SVGWriter(SampleNetwork.mixed()).text).texts
    for text in [
      "global node of another program", "unreachable", "does not tell its connections",
      "encrypted: secretbox_x25519", "nobody has said whether encrypted",
    ] {
      #expect(mixed.contains(text))
    }
  }

  @Test("a link says how its nodes prove themselves and how long a round trip takes")
  func labels() {
    let text = ParsedPicture(SVGWriter(SampleNetwork.star(1)).text).texts
    #expect(text.contains("hmac_sha3_512 0.35 ms"))
    #expect(text.contains("AEMP network: 2 nodes, 1 connection"))
  }

  @Test(
    "numbers have at most one digit behind the point",
    arguments: [
      (0, "0"), (-0.04, "0"), (-0.06, "-0.1"), (1.25, "1.3"), (-12.5, "-12.5"), (100, "100"),
      (.infinity, "1000000000"),
    ] as [(Double, String)])
  func numbers(_ value: Double, _ text: String) {
    #expect(SVGText.number(value) == text)
  }
}
