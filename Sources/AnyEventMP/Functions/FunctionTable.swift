/// What may be called by name: by `spawn`, by requests of other nodes, and as services.
struct FunctionTable {
  /// Gets the name and the arguments, as a message.
  typealias Function = Handler.Callback

  private var functions: TextDictionary<Function> = [:]

  /// The function of that name; `::name` and `name` are those of the main program.
  subscript(name: String) -> Function? {
    functions[Self.fullName(name)]
  }

  /// Adds a function; the one that had the name before is returned, to be released by the caller.
  mutating func set(_ function: @escaping Function, for name: String) -> Function? {
    functions.updateValue(function, forKey: Self.fullName(name))
  }

  /// Removes a function, which is returned, to be released by the caller.
  mutating func remove(_ name: String) -> Function? {
    functions.removeValue(forKey: Self.fullName(name))
  }

  /// Whether messages of that tag can only be meant for a function.
  static func isFunctionName(_ tag: String) -> Bool {
    tag.utf8.contains(UInt8(ascii: ":")) && tag.contains("::")
  }

  /// The name with the package of the main program, where none is given.
  static func fullName(_ name: String) -> String {
    if name.hasPrefix("::") { return "main" + name }
    return isFunctionName(name) ? name : "main::" + name
  }
}
