import AEValue
import Testing

/// Text that Swift takes for equal, and text that Swift needs quadratic time to compare.
@Suite("text is compared by its bytes") struct TextTests {
  private let composed = "\u{e9}"
  private let decomposed = "e\u{301}"
  /// Two texts of 400 KB that are equal once their accents are sorted: minutes, were that done.
  private let evil = "e" + String(repeating: "\u{301}\u{316}", count: 100_000)
  private let twin = "e" + String(repeating: "\u{316}\u{301}", count: 100_000)

  @Test("two spellings of a letter are two texts, in every comparison") func spellings() {
    #expect(Text(composed) != Text(decomposed))
    #expect(Text(decomposed) < Text(composed))
    #expect(TextSet([composed, decomposed]).count == 2)
    #expect(Value.string(composed) != Value.string(decomposed))
    #expect(Set<Value>([.string(composed), .string(decomposed)]).count == 2)
    let optional: String? = composed
    #expect(!(composed == decomposed) && composed != decomposed && !(optional == decomposed))
    #expect(!(optional == "e\u{301}") && optional != "e\u{301}" && !([composed] == [decomposed]))
    #expect(![composed].contains(decomposed) && !decomposed.hasPrefix(composed))
    #expect(decomposed.hasPrefix("e") && decomposed.hasSuffix("\u{301}"))
    #expect([composed, decomposed].sorted().first?.utf8.count == 3)
    let isComposed =
      switch decomposed {
      case "\u{e9}": true
      default: false
      }
    #expect(!isComposed)
  }

  @Test("hashes keep both spellings through JSON, CBOR and Codable", arguments: Framing.allCases)
  func codecs(_ framing: Framing) throws {
    let value: Value = [composed: 1, decomposed: 2, "x": [decomposed: [composed: 3]]]
    #expect(value.hash?.count == 3)
    #expect(value[composed] == 1 && value[decomposed] == 2)
    switch framing {
    case .json: #expect(try JSON.decode(JSON.encode(value)) == value)
    case .cbor: #expect(try CBOR.decode(CBOR.encode(value)) == value)
    }
    #expect(try Value(encoding: value) == value)
    #expect(
      value.description.utf8.count == "{\"e\u{301}\":2,\"x\":{},\"\u{e9}\":1}".utf8.count + 14)
  }

  @Test("a dictionary changes the entry of just that spelling") func changes() {
    var dictionary: TextDictionary<[Int]> = [composed: [1]]
    dictionary[decomposed, default: []].append(2)
    dictionary[composed]?.append(3)
    #expect(dictionary == [composed: [1, 3], decomposed: [2]])
    #expect(
      dictionary.keys.contains(decomposed) && dictionary.removeValue(forKey: decomposed) == [2])
    dictionary[decomposed] = nil
    #expect(dictionary.count == 1 && Dictionary(dictionary) == [composed: [1, 3]])
    #expect(dictionary.updateValue([], forKey: composed) == [1, 3])
  }

  @Test("text of many accents is compared, hashed and searched at once", .timeLimit(.minutes(1)))
  func accents() throws {
    #expect(evil != twin && Text(evil) != Text(twin) && evil != "eb" && evil != "e")
    #expect(Value.string(evil) != Value.string(twin))
    let value: Value = [evil: 1, twin: 2, "e": 3]
    #expect(value[evil] == 1 && value[twin] == 2)
    #expect(try JSON.decode(JSON.encode(value)) == value)
    #expect(try CBOR.decode(CBOR.encode(value)) == value)
    #expect(CBOREncoding.canonical(value) == CBOREncoding.canonical(value))
    #expect(!evil.contains("::") && (evil + "::x").contains("::") && !evil.hasPrefix(twin))
    #expect((evil + "," + twin).split(separator: ",") == [evil[...], twin[...]])
    #expect((evil + "#x").firstIndex(of: "#") != nil && evil.firstIndex(of: "#") == nil)
    #expect([evil, twin].sorted() == [evil, twin])
    #expect(Framing(named: evil) == nil)
  }

  @Test("text is cut at separators as the standard library cuts it") func cutting() {
    for text in ["", ",", "a", "a,b", ",a,,b,", "ä,ö"] {
      for omits in [true, false] {
        let characters = Array(text).split(separator: ",", omittingEmptySubsequences: omits)
        let parts = text.split(separator: ",", omittingEmptySubsequences: omits)
        #expect(parts.map { Array($0) } == characters.map { Array($0) }, "\(text)")
      }
    }
    #expect("a,b,c".split(separator: ",", maxSplits: 1) == ["a", "b,c"])
  }
}
