internal import Glibc

/// The name of a file as the system has it: bytes, which need not be text.
///
/// Swift's `String` replaces bytes that are no UTF-8, and so would name another file.
package struct PathName: Hashable, Sendable {
  /// The bytes, without the zero that ends them.
  private let bytes: [UInt8]

  /// The name that is written like this text.
  package init(_ text: String) { bytes = Array(text.utf8) }

  /// The name of these bytes.
  package init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  /// The name that a C string holds.
  package init(cString: UnsafePointer<CChar>) {
    bytes = UnsafeBufferPointer(start: cString, count: strlen(cString)).map(UInt8.init(bitPattern:))
  }

  package var isEmpty: Bool { bytes.isEmpty }

  /// The name as functions of C take it.
  package var cString: [CChar] { bytes.map(CChar.init(bitPattern:)) + [0] }

  /// The name followed by this text.
  package func appending(_ suffix: String) -> PathName { PathName(bytes: bytes + suffix.utf8) }

  /// The file with this relative name in the directory that this name stands for.
  package func appending(_ name: PathName) -> PathName {
    PathName(bytes: bytes + [UInt8(ascii: "/")] + name.bytes)
  }

  /// Whether the name begins at the root.
  package var isAbsolute: Bool { bytes.first == UInt8(ascii: "/") }

  /// Whether the name contains a directory.
  package var hasDirectory: Bool { bytes.contains(UInt8(ascii: "/")) }

  /// The names in a list with colons between them.
  package var list: [PathName] {
    bytes.split(separator: UInt8(ascii: ":")).map { PathName(bytes: $0) }
  }

  /// The directory in which the file is.
  package var directory: PathName {
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return PathName(".") }
    return slash == 0 ? PathName("/") : PathName(bytes: bytes[..<slash])
  }

  /// The target of a symbolic link; nil when the file is none.
  package var linkTarget: PathName? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(cString, &buffer, buffer.count)
    return count > 0 ? PathName(bytes: buffer[..<count].map(UInt8.init(bitPattern:))) : nil
  }

  /// The file at the end of a chain of symbolic links, whether it exists or not.
  package var resolved: PathName {
    var path = self
    // The system follows 40 links as well; a circle then fails with the system's error when the
    // file is opened.
    for _ in 0..<40 {
      guard let target = path.linkTarget else { return path }
      path = target.isAbsolute ? target : path.directory.appending(target)
    }
    return self
  }
}

extension PathName: CustomStringConvertible {
  /// The name for people; bytes that are no UTF-8 appear as `\xHH`.
  package var description: String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = ""
    var iterator = bytes.makeIterator()
    var parser = Unicode.UTF8.ForwardParser()
    var index = 0
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let scalar):
        index += scalar.count
        text.unicodeScalars.append(Unicode.UTF8.decode(scalar))
      case .error(let length):
        for byte in bytes[index..<index + length] {
          text += "\\x" + String(byte, radix: 16, uppercase: true)
        }
        index += length
      case .emptyInput: return text
      }
    }
  }
}
