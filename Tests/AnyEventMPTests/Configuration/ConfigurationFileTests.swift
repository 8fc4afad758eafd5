import AEValue
import AnyEventMP
import Foundation
import TestSupport
import Testing

@Suite struct ConfigurationFileTests {
  @Test("the environment says where the file is, Perl's name first")
  func path() {
    func path(_ environment: [String: String]) -> String {
      ConfigurationFile(environment: environment).path
    }
    #expect(path([:]) == "")
    #expect(path(["HOME": ""]) == "")
    #expect(path(["HOME": "/home/x"]) == "/home/x/.perl-anyevent-mp")
    #expect(path(["HOME": "/home/x", "AE_MP_RC": "/a"]) == "/a")
    #expect(path(["AE_MP_RC": "/a", "PERL_ANYEVENT_MP_RC": "/p"]) == "/p")
    #expect(path(["HOME": "/home/x", "PERL_ANYEVENT_MP_RC": ""]) == "")
  }

  @Test("a byte order mark before the text does not count", arguments: ["{\"a\": 1}", "", " \n"])
  func byteOrderMark(_ text: String) throws {
    let directory = try TemporaryDirectory()
    try directory.write("\u{FEFF}" + text, to: "rc")
    let file = ConfigurationFile(path: directory.path + "/rc")
    #expect(try file.load() == (text.contains("a") ? ["a": 1] : [:]))
    try file.update { $0["b"] = 2 }
    #expect(try file.load()["b"] == 2)
  }

  @Test("a file that is absent, empty or has no place is an empty configuration")
  func absent() throws {
    let directory = try TemporaryDirectory()
    #expect(try ConfigurationFile(path: directory.path + "/none").load() == [:])
    #expect(try ConfigurationFile(path: "").load() == [:])
    try directory.write(" \n\t", to: "rc")
    #expect(try ConfigurationFile(path: directory.path + "/rc").load() == [:])
  }

  @Test("comments and trailing commas are tolerated")
  func tolerant() throws {
    let directory = try TemporaryDirectory()
    try directory.write("# mine\n{ \"a\": [1, 2,], // two\n \"b\": /* three */ 3, }\n", to: "rc")
    #expect(try ConfigurationFile(path: directory.path + "/rc").load() == ["a": [1, 2], "b": 3])
  }

  @Test(
    "a file that can't be parsed is an error with line and column, and stays as it is",
    arguments: [
      ("{\"a\": 1,\n  \"b\" 2}", 2, 7), ("{\"a\": }", 1, 7), ("{\n\n\n\"a\": x}", 4, 6),
      ("[1]", 1, 1), ("{} {}", 1, 4), ("{\"a\": 1", 1, 8), ("\u{1}{}", 1, 1),
    ])
  func syntax(_ text: String, _ line: Int, _ column: Int) throws {
    let directory = try TemporaryDirectory()
    try directory.write(text, to: "rc")
    let file = ConfigurationFile(path: directory.path + "/rc")
    let error = #expect(throws: ConfigurationError.self) { try file.load() }
    #expect(error?.code == .syntax)
    #expect(error?.file == file.path)
    #expect(error?.line == line)
    #expect(error?.column == column)
    #expect(error?.description.hasPrefix("\(file.path):\(line):\(column): ") == true)
    #expect(error?.sentence.contains("correct it there") == true)

    let second = #expect(throws: ConfigurationError.self) { try file.update { $0["a"] = 1 } }
    #expect(second == error)
    #expect(try directory.text(of: "rc") == text)
    #expect(try directory.names == ["rc"])
  }

  @Test("what cannot be read or locked is an error that names the file")
  func unreadable() throws {
    let directory = try TemporaryDirectory()
    let asFile = ConfigurationFile(path: directory.path)
    let error = #expect(throws: ConfigurationError.self) { try asFile.load() }
    #expect(error?.code == .unreadable)
    #expect(
      error?.description
        == """
        cannot read the configuration file \(directory.path): Is a directory; correct that, or \
        name another file in AE_MP_RC
        """)
    let nowhere = ConfigurationFile(path: directory.path + "/none/rc")
    #expect(try nowhere.load() == [:])
    let second = #expect(throws: ConfigurationError.self) { try nowhere.update { $0["a"] = 1 } }
    #expect(second?.code == .unwritable)
    #expect(
      second?.description
        == """
        cannot lock the configuration file \(nowhere.path): No such file or directory; correct \
        that, or name another file in AE_MP_RC
        """)
    let third = #expect(throws: ConfigurationError.self) {
      try ConfigurationFile(path: "").update { $0["a"] = 1 }
    }
    #expect(
      third?.description
        == "there is no place for the configuration file; set HOME, or name it in AE_MP_RC")
  }
}
