import Foundation
import TestSupport
import Testing

@testable import aemp

@Suite("A file that is whole or not there") struct WholeFileTests {
  @Test("it is written, replaces what was there with its mode, and leaves nothing beside it")
  func replaced() throws {
    try withTemporaryDirectory { directory in
      let file = directory + "/picture.svg"
      #expect(WholeFile.write("one", to: file) == nil)
      try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
      #expect(WholeFile.write("two", to: file) == nil)
      #expect(try String(contentsOfFile: file, encoding: .utf8) == "two")
      let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions]
      #expect(mode as? Int == 0o640)
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["picture.svg"])
    }
  }

  @Test("a symbolic link stays one")
  func link() throws {
    try withTemporaryDirectory { directory in
      try "old".write(toFile: directory + "/real", atomically: false, encoding: .utf8)
      try FileManager.default.createSymbolicLink(
        atPath: directory + "/link", withDestinationPath: directory + "/real")
      #expect(WholeFile.write("new", to: directory + "/link") == nil)
      #expect(try String(contentsOfFile: directory + "/real", encoding: .utf8) == "new")
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: directory + "/link")
          == directory + "/real")
    }
  }

  @Test("what goes wrong is a sentence, and the file is as it was")
  func problems() throws {
    try withTemporaryDirectory { directory in
      #expect(
        WholeFile.write("x", to: directory + "/no/file")
          == "cannot write the file \(directory)/no/file: No such file or directory")
      #expect(
        WholeFile.write("x", to: directory)
          == "cannot write the file \(directory): Is a directory")
      #expect(
        WholeFile.write("x", to: "/dev/full")
          == "cannot write the file /dev/full: No space left on device")
      #expect(WholeFile.write("x", to: "/dev/null") == nil)
      let left = try FileManager.default.contentsOfDirectory(atPath: directory)
      #expect(left == [])
    }
  }
}
