internal import AEValue
internal import Distributed
private import Glibc
internal import Synchronization

/// The distributed methods of the types of actors by the names that messages may call them by.
///
/// A method has up to three: the name with the labels of the arguments, `greet(name:)`; without them, `greet`, if
/// there is only one such method; and the one that Swift's runtime gives it. A message can call nothing else, so no
/// method that takes an actor of another type.
enum TargetTable {
  private static let known = Mutex<[ObjectIdentifier: TextDictionary<TargetMethod>]>([:])

  /// The methods of a type; looked for once.
  static func of<Act: DistributedActor>(_ type: Act.Type) -> TextDictionary<TargetMethod> {
    let key = ObjectIdentifier(type)
    if let table = known.withLock({ $0[key] }) { return table }
    let table = methods(of: type)
    known.withLock { $0[key] = table }
    return table
  }

  private static func methods<Act: DistributedActor>(
    of type: Act.Type
  ) -> TextDictionary<TargetMethod> {
    guard let path = AccessibleFunctions.path(of: type) else { return [:] }
    var targets: TextDictionary<TargetMethod> = [:]
    var counts: TextDictionary<Int> = [:]
    var found: [(String, TargetMethod)] = []
    for function in AccessibleFunctions.all
    where !function.isGeneric && function.belongs(to: path) {
      guard let target = TargetMethod(function) else { continue }
      targets[function.identifier] = target
      let name = function.name
      // The name of a property's method has no labels either: `total()`.
      for name in [name, function.baseName] {
        counts[name, default: 0] += 1
        found.append((name, target))
      }
    }
    for (name, target) in found where counts[name] == 1 { targets[name] = target }
    return targets
  }
}

/// The functions that Swift's runtime can find by name: the distributed methods of all types.
enum AccessibleFunctions {
  /// One of these functions.
  struct Function: @unchecked Sendable {
    // Sendable: nobody writes to the symbol.
    /// The runtime's name of it, which stays where it is.
    let symbol: UnsafeBufferPointer<UInt8>
    let identifier: String
    /// The name in Swift with its type, such as `Main.Greeter.greet(name:)`; of some without it.
    let fullName: String
    /// The declaration with all types that it is inside of, such as `Main.Greeter.greet(name: Swift.String) async …`.
    let declaration: String
    let isGeneric: Bool

    /// The name with labels.
    var name: String {
      let start = fullName.prefix { $0 != "(" }.lastIndex(of: ".").map(fullName.index(after:))
      return String(fullName[(start ?? fullName.startIndex)...])
    }

    /// The name without labels.
    var baseName: String { String(name.prefix { $0 != "(" }) }

    /// Whether it is a method of this very type, and not one of a type inside of it.
    func belongs(to type: String) -> Bool {
      // The second is the form of a private method.
      declaration.hasPrefix("\(type).\(baseName)(")
        || declaration.hasPrefix("\(type).(\(baseName) in ")
    }
  }

  /// All of the process.
  static let all: [Function] = {
    var functions: [Function] = []
    visit { symbol, isGeneric in
      let identifier = String(decoding: symbol, as: UTF8.self)
      let fullName = RemoteCallTarget(identifier).description
      functions.append(
        Function(
          symbol: symbol, identifier: identifier, fullName: fullName,
          declaration: declaration(of: identifier), isGeneric: isGeneric))
    }
    return functions
  }()

  /// A type with all types that it is inside of, in the form of declarations; nil for one without a name.
  static func path<Act: DistributedActor>(of type: Act.Type) -> String? {
    _mangledTypeName(type).flatMap { demangled("$s" + $0) }
  }

  private static func declaration(of identifier: String) -> String {
    var text = Substring(demangled(identifier) ?? "")
    let kind = "distributed thunk "
    if text.hasPrefix(kind) { text = text.dropFirst(kind.count) }
    // An extension in another module is a part of the type, too.
    if text.hasPrefix("(extension in "), let end = text.firstIndex(of: ":") {
      text = text[text.index(after: end)...]
    }
    return String(text)
  }

  /// The declaration that a name of the runtime stands for.
  private static func demangled(_ name: String) -> String? {
    guard let text = demangle(name, UInt(name.utf8.count), nil, nil, 0) else { return nil }
    defer { free(text) }
    return String(cString: text)
  }

  /// How functions are called in messages, by the names that Swift's runtime gives them: by their names with labels,
  /// unless others have the same full name.
  static let shortNames: TextDictionary<String> = {
    var counts: TextDictionary<Int> = [:]
    for function in all { counts[function.fullName, default: 0] += 1 }
    var names: TextDictionary<String> = [:]
    for function in all where counts[function.fullName] == 1 {
      names[function.identifier] = function.name
    }
    return names
  }()

  /// Calls `body` with the runtime's names of all functions, and whether they are generic.
  ///
  /// The runtime's list of images and the records in them have the layout of its header `MetadataSections.h`,
  /// which only grows at its end.
  private static func visit(_ body: (UnsafeBufferPointer<UInt8>, Bool) -> Void) {
    var sections: [UnsafeRawBufferPointer] = []
    withUnsafeMutablePointer(to: &sections) { sections in
      enumerateSections(
        { image, context in
          guard let image, let context else { return true }
          let words = image.assumingMemoryBound(to: UInt.self)
          let start = UnsafeRawPointer(bitPattern: words[28])
          context.assumingMemoryBound(to: [UnsafeRawBufferPointer].self).pointee.append(
            UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(words[29])))
          return true
        }, sections)
    }
    for section in sections { visit(section, body) }
  }

  /// A record has four distances, to the name, the generic environment, the type and the function, and flags.
  private static func visit(
    _ section: UnsafeRawBufferPointer, _ body: (UnsafeBufferPointer<UInt8>, Bool) -> Void
  ) {
    guard let start = section.baseAddress else { return }
    for record in stride(from: 0, to: section.count - 19, by: 20) {
      let distance = Int(start.load(fromByteOffset: record, as: Int32.self))
      let isGeneric = start.load(fromByteOffset: record + 4, as: Int32.self) != 0
      let name = (start + record + distance).assumingMemoryBound(to: UInt8.self)
      body(UnsafeBufferPointer(start: name, count: strlen(name)), isGeneric)
    }
  }
}

@_silgen_name("swift_enumerateAllMetadataSections")
private func enumerateSections(
  _ body: @convention(c) (UnsafeRawPointer?, UnsafeMutableRawPointer?) -> Bool,
  _ context: UnsafeMutableRawPointer?)

@_silgen_name("swift_demangle")
private func demangle(
  _ name: UnsafePointer<CChar>, _ length: UInt, _ buffer: UnsafeMutablePointer<CChar>?,
  _ size: UnsafeMutablePointer<UInt>?, _ flags: UInt32
) -> UnsafeMutablePointer<CChar>?
