import AEValue
import AnyEventMP
import Foundation
import TestSupport
import Testing

@Suite struct ConfigurationSavingTests {
  @Test("a new file is pretty-printed, of mode 0600, and nothing else is left behind")
  func newFile() throws {
    let directory = try TemporaryDirectory()
    let file = ConfigurationFile(path: directory.path + "/rc")
    try file.update { $0["binds"] = ["*:4040", []] }
    #expect(try directory.names == ["rc"])
    #expect(try directory.mode(of: "rc") == 0o600)
    let text = """
      {
         "binds" : [
            "*:4040",
            []
         ],
         "version" : 1
      }

      """
    #expect(try directory.text(of: "rc") == text)
  }

  @Test("the old file is kept, unknown keys too, and nobody else may read either")
  func backup() throws {
    let directory = try TemporaryDirectory()
    let old = #"{"zzz": {"keep": [1, 2.5, "ü"]}, "version": 7, "secret": "x",} # comment"#
    try directory.write(old, to: "rc")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644], ofItemAtPath: directory.path + "/rc")
    try directory.write("left over", to: "rc~new~")
    let file = ConfigurationFile(path: directory.path + "/rc")
    try file.update { $0["secret"] = "y" }
    #expect(try directory.names == ["rc", "rc~"])
    #expect(try directory.mode(of: "rc") == 0o600)
    #expect(try directory.mode(of: "rc~") == 0o600)
    #expect(try directory.text(of: "rc~") == old)
    #expect(
      try file.load() == ["zzz": ["keep": [1, 2.5, "ü"]], "version": 7, "secret": "y"])

    try file.update { $0["secret"] = "z" }
    #expect(try directory.text(of: "rc~").contains("\"secret\" : \"y\""))
  }

  @Test("an edit that changes nothing leaves the file with its comments")
  func unchanged() throws {
    let directory = try TemporaryDirectory()
    try directory.write("{} # mine", to: "rc")
    try ConfigurationFile(path: directory.path + "/rc").update { $0["a"] = nil }
    #expect(try directory.text(of: "rc") == "{} # mine")
    #expect(try directory.names == ["rc"])
  }

  @Test("an edit that fails leaves the file, and the lock is free again")
  func failing() throws {
    let directory = try TemporaryDirectory()
    let file = ConfigurationFile(path: directory.path + "/rc")
    try directory.write("{}", to: "rc")
    let failure = ConfigurationError(.badValue, "no")
    #expect(throws: failure) {
      try file.update { (contents) throws(ConfigurationError) in
        contents["a"] = 1
        throw failure
      }
    }
    #expect(throws: ConfigurationError.self) { try file.update { $0["a"] = .double(.infinity) } }
    #expect(try directory.text(of: "rc") == "{}")
    #expect(try directory.names == ["rc"])
    #expect(try file.update { $0.count } == 0)
  }

  @Test("a symbolic link stays one")
  func symbolicLink() throws {
    let directory = try TemporaryDirectory()
    try directory.write("{}", to: "real")
    try FileManager.default.createSymbolicLink(
      atPath: directory.path + "/rc", withDestinationPath: directory.path + "/real")
    try ConfigurationFile(path: directory.path + "/rc").update { $0["a"] = 1 }
    #expect(try directory.names == ["rc", "real", "real~"])
    let target = try FileManager.default.destinationOfSymbolicLink(atPath: directory.path + "/rc")
    #expect(target == directory.path + "/real")
  }

  @Test("a symbolic link whose target is not there yet stays one, and the target is made")
  func danglingLink() throws {
    let directory = try TemporaryDirectory()
    try FileManager.default.createDirectory(
      atPath: directory.path + "/sub", withIntermediateDirectories: false)
    // Over two links, a relative one among them.
    for (link, target) in [("rc", "sub/next"), ("sub/next", directory.path + "/sub/real")] {
      try FileManager.default.createSymbolicLink(
        atPath: directory.path + "/" + link, withDestinationPath: target)
    }
    try ConfigurationFile(path: directory.path + "/rc").update { $0["a"] = 1 }
    #expect(try directory.names == ["rc", "sub"])
    #expect(try directory.text(of: "sub/real").contains("\"a\" : 1"))
    for link in ["rc", "sub/next"] {
      #expect(
        throws: Never.self,
        performing: {
          try FileManager.default.destinationOfSymbolicLink(atPath: directory.path + "/" + link)
        })
    }
  }

  @Test("links in a circle cost a sentence")
  func circle() throws {
    let directory = try TemporaryDirectory()
    symlink("other", directory.path + "/rc")
    symlink("rc", directory.path + "/other")
    let error = #expect(throws: ConfigurationError.self) {
      try ConfigurationFile(path: directory.path + "/rc").update { $0["a"] = 1 }
    }
    #expect(error?.description.contains("symbolic links") == true)
    #expect(try directory.names == ["other", "rc"])
  }

  @Test("a name that is not UTF-8 names exactly that file, and is legible in sentences")
  func bytes() throws {
    let directory = try TemporaryDirectory()
    let name = PathName(bytes: Array(directory.path.utf8) + Array("/r".utf8) + [0xFF, 0xC3])
    let file = ConfigurationFile(name)
    try file.update { $0["a"] = 1 }
    #expect(try file.load()["a"] == 1)
    #expect(access(name.cString, F_OK) == 0)
    #expect(file.path == directory.path + "/r\\xFF\\xC3")
    unlink(name.cString)
    mkdir(name.cString, 0o700)
    let error = #expect(throws: ConfigurationError.self) { try file.load() }
    #expect(error?.description.contains("/r\\xFF\\xC3") == true)
    rmdir(name.cString)
  }

  @Test("fifty edits at the same time lose nothing")
  func parallelEdits() async throws {
    let directory = try TemporaryDirectory()
    let file = ConfigurationFile(path: directory.path + "/rc")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<50 {
        group.addTask {
          try file.update { (contents) throws(ConfigurationError) in
            try ConfigurationEdit.append(.seeds, [.string("h:\(number)")]).apply(
              to: &contents, profile: nil, file: file.path)
          }
        }
      }
      try await group.waitForAll()
    }
    let seeds = try file.load()["seeds"]?.array ?? []
    #expect(Set(seeds) == Set((0..<50).map { Value.string("h:\($0)") }))
    #expect(seeds.count == 50)
    #expect(try directory.names == ["rc", "rc~"])
  }
}
