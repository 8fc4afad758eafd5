import AEValue
import Testing

@Suite(.enabled(if: Vectors.hasJSON, "shared/vectors/json is not there, skipped"))
struct JSONVectorTests {
  @Test("every document that must be accepted is accepted, and survives a round trip")
  func accepted() throws {
    let documents = try Vectors.documents("y_")
    #expect(documents.count > 90)
    for document in documents {
      let value = try #require(try? JSON.decode(document.bytes), "\(document.name)")
      #expect(try JSON.decode(JSON.encode(value)) == value, "\(document.name)")
      #expect(try JSON.decode(JSON.encode(value, style: .pretty)) == value, "\(document.name)")
    }
  }

  @Test("every document that must be refused is refused")
  func refused() throws {
    let documents = try Vectors.documents("n_")
    #expect(documents.count > 180)
    for document in documents {
      #expect(throws: CodecError.self, "\(document.name)") { try JSON.decode(document.bytes) }
    }
  }

  @Test("no other document makes trouble, by any entry point", arguments: ["i_", "n_", "y_"])
  func anything(_ prefix: String) throws {
    for document in try Vectors.documents(prefix) {
      _ = try? JSON.decode(document.bytes)
      _ = try? JSON.decodeConfiguration(document.bytes)
      var stream = DocumentStream(framing: .json)
      _ = try? stream.feed(document.bytes)
      _ = packets(.json, [document.bytes])
      _ = packets(.json, document.bytes.prefix(2000).map { [$0] })
      _ = packets(.cbor, [document.bytes])
    }
  }

  @Test("the tolerant mode reads everything that the strict one reads, the same way")
  func tolerant() throws {
    for document in try Vectors.documents("y_") {
      #expect(try JSON.decodeConfiguration(document.bytes) == JSON.decode(document.bytes))
    }
  }

  @Test("a document truncated anywhere is refused as truncated or as what it is then")
  func truncated() throws {
    for document in try Vectors.documents("y_") {
      guard document.bytes.first == UInt8(ascii: "["), document.bytes.count < 200 else { continue }
      let trimmed = document.bytes.prefix { _ in true }.dropLast(
        document.bytes.reversed().prefix(while: { $0 <= 0x20 }).count)
      for count in 0..<trimmed.count {
        #expect(throws: CodecError.self, "\(document.name) \(count)") {
          try JSON.decode(Array(trimmed.prefix(count)))
        }
      }
    }
  }
}
