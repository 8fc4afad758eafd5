import AEValue
import TestSupport
import Testing

@Test("two arrays without anything between are two documents, an open one asks for more")
func jsonStream() throws {
  var stream = DocumentStream(framing: .json)
  #expect(try stream.feed(Array("[][]".utf8)) == [[], []])
  #expect(try stream.feed(Array("[1, {\"a\":".utf8)) == [])
  #expect(stream.bufferedBytes == 9)
  #expect(throws: CodecError.self) { try stream.finish() }
  #expect(try stream.feed(Array("\"]}\"}] \n{".utf8)) == [[1, ["a": "]}"]]])
  #expect(try stream.feed(Array("} ".utf8)) == [[:]])
  try stream.finish()
}

@Test("a document that can't become one is refused at once")
func jsonStreamErrors() {
  for text in ["1 ", "]", "[}", "[1}", "{]", "\"a\"", "[\u{1}", "[1]x"] {
    for size in [1, 100] {
      var stream = DocumentStream(framing: .json)
      #expect(throws: CodecError.self, "\(text)") {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
          _ = try stream.feed(Array(rest.prefix(size)))
          rest = rest.dropFirst(size)
        }
      }
    }
  }
}

@Test("a reader takes one document and leaves what follows", arguments: Framing.allCases)
func readerLeavesRest(_ framing: Framing) throws {
  let buffer = ByteBuffer()
  var reader = DocumentReader(framing: framing)
  let value: Value = ["a": [1, 2, 3], "b": "text"]
  let document = framing == .cbor ? try CBOR.encode(value) : Array(try JSON.encode(value).utf8)
  #expect(try reader.next(in: buffer) == nil)
  for byte in document.dropLast() {
    buffer.append(byte)
    #expect(try reader.next(in: buffer) == nil)
  }
  buffer.append(contentsOf: document.suffix(1) + Array("rest".utf8))
  #expect(try reader.next(in: buffer) == value)
  #expect(String(decoding: buffer.bytes, as: UTF8.self) == "rest")
}

@Test(
  "random documents cut at random places come out as they went in", arguments: Framing.allCases,
  Seeds.some(1))
func randomStream(_ framing: Framing, seed: UInt64) throws {
  var random = SeededGenerator(seed: seed)
  for _ in 0..<100 {
    let sent: [Value] = (0..<5).map { _ in [random.value(), random.value()] }
    var bytes: [UInt8] = []
    for value in sent {
      bytes += framing == .cbor ? try CBOR.encode(value) : Array(try JSON.encode(value).utf8)
    }
    var stream = DocumentStream(framing: framing)
    var received: [Value] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Int.random(in: 1...min(rest.count, 100), using: &random)
      received += try stream.feed(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    #expect(received == sent)
    try stream.finish()
  }
}
