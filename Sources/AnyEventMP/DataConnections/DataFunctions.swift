import AnyEvent

/// What may be called by name with a data connection.
struct DataFunctions {
  /// In a structure, as callbacks of ports are.
  struct Function {
    /// Gets the name and the arguments, as a message, and the connection.
    let call: (UnsafeBufferPointer<Value>, Handle) throws -> Void
  }

  private var functions: TextDictionary<Function> = [:]

  /// The function of that name; `::name` and `name` are those of the main program.
  subscript(name: String) -> Function? {
    get { functions[FunctionTable.fullName(name)] }
    set { functions[FunctionTable.fullName(name)] = newValue }
  }
}

extension Node {
  /// Calls a function with a data connection; what it throws is logged and ends the connection.
  func run(
    _ function: DataFunctions.Function, _ call: [Value], _ handle: Handle, from source: String
  ) {
    let before = sourceNode
    sourceNode = source == id ? nil : entries[source]
    defer { sourceNode = before }
    peval(nil) {
      do {
        try call.withUnsafeBufferPointer { try function.call($0, handle) }
      } catch {
        handle.destroy()
        throw error
      }
    }
  }
}
