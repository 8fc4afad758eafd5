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
