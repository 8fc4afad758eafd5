import AnyEventMP
import Testing

@testable import aemp

struct ShellWordsTests {
  @Test(
    "a line is split at spaces, quotes keep theirs, and JSON ends where it is whole",
    arguments: [
      ("", []),
      ("   \t ", []),
      ("snd a#b", ["snd", "a#b"]),
      ("  cal   x  ", ["cal", "x"]),
      ("a 'b  c' d", ["a", "b  c", "d"]),
      ("''", [""]),
      ("[1, 2 , 3] x", [[1, 2, 3], "x"]),
      (#"{"a": [1, "x y"]} "#, [["a": [1, "x y"]]]),
      (#""a b" c"#, ["a b", "c"]),
      (#"["]"]"#, [["]"]]),
      ("1 2.5 true", ["1", "2.5", "true"]),
    ] as [(String, [Value])])
  func words(_ line: String, _ expected: [Value]) throws {
    var words = ShellWords(line)
    #expect(try words.all() == expected)
  }

  @Test(
    "what does not end is a mistake with a sentence",
    arguments: [
      ("'abc", "there is no ' that ends the text; add one"),
      ("[1, 2", "[1, 2 starts like JSON but is none; correct it, or put it into ' '"),
      ("{x}", "{x} starts like JSON but is none; correct it, or put it into ' '"),
    ])
  func mistakes(_ line: String, _ sentence: String) {
    var words = ShellWords(line)
    let error = #expect(throws: UsageError.self) { _ = try words.all() }
    #expect(error?.sentence == sentence)
  }

  @Test("the remainder of a line is taken as it stands")
  func remainder() throws {
    var words = ShellWords("eval  print 'a  b'  ")
    #expect(try words.next() == "eval")
    #expect(words.remainder() == "print 'a  b'")
    #expect(try words.next() == nil)
  }
}
