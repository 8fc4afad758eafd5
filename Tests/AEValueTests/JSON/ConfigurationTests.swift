import AEValue
import Testing

@Test("comments of all kinds and trailing commas are allowed") func tolerantForms() throws {
  let text = """
    # a profile file
    { // the defaults
      "secret": "x", /* not
      a good one */ "binds": ["*:4040", "#no//comment/*here*/",],
      "profile": {"seed": {"nodeid": "anon/",},}, # the end
    }
    # nothing more
    """
  #expect(
    try JSON.decodeConfiguration(Array(text.utf8)) == [
      "secret": "x", "binds": ["*:4040", "#no//comment/*here*/"],
      "profile": ["seed": ["nodeid": "anon/"]],
    ])
}

@Test(
  "what people get wrong is refused with line and column",
  arguments: [
    ("{\n  \"a\": 1\n  \"b\": 2\n}", 3, 3, "unexpected byte"),
    ("{\n  \"a\": tru\n}", 2, 11, "unexpected byte"),
    ("[1,,2]", 1, 4, "unexpected byte"),
    ("[,]", 1, 2, "unexpected byte"),
    ("{\"a\":1}\n\n x", 3, 2, "unexpected data after the document"),
    ("[1, /* no end", 1, 5, "the data ends in the middle of a document"),
    ("[]/*", 1, 3, "the data ends in the middle of a document"),
    ("[]/", 1, 3, "unexpected byte"),
    ("[\n\"a\\q\"]", 2, 3, "an unknown escape in a string"),
    ("[01]", 1, 3, "a number that is not written as one"),
    ("", 1, 1, "the data ends in the middle of a document"),
    ("# only a comment\n", 2, 1, "the data ends in the middle of a document"),
    ("[1", 1, 3, "the data ends in the middle of a document"),
  ])
func tolerantErrors(_ text: String, _ line: Int, _ column: Int, _ sentence: String) {
  let error = #expect(throws: CodecError.self) { try JSON.decodeConfiguration(Array(text.utf8)) }
  #expect(error?.position?.line == line)
  #expect(error?.position?.column == column)
  #expect(error?.description == "\(sentence) at line \(line), column \(column)")
}

@Test("the strict mode allows none of it") func strictForms() {
  for text in ["[1,]", "{\"a\":1,}", "# c\n[]", "[] # c", "[/* c */]", "// c\n[]"] {
    #expect(throws: CodecError.self, "\(text)") { try JSON.decode(text) }
  }
}

@Test("a limit holds here too, and white space after the document does not count")
func tolerantLimits() throws {
  let limits = CodecLimits(maximumSize: 4)
  #expect(try JSON.decodeConfiguration(Array("[12]    # comment".utf8), limits: limits) == [12])
  let error = #expect(throws: CodecError.self) {
    try JSON.decodeConfiguration(Array("[123]".utf8), limits: limits)
  }
  #expect(error?.code == .tooLarge)
}
