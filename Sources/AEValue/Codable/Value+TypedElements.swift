extension Value {
  /// The element of an array as a type of Swift; nil if there is none, if it is null, or if it does not fit.
  ///
  /// `let n: Int? = v[0]`, `v[0] ?? "none"`, `v[0] = n + 1`; nil sets null.
  @inlinable public subscript<Element: MessageConvertible>(index: Int) -> Element? {
    get { self[index].converted() }
    set { setElement(index, newValue.messageValue) }
  }

  /// The element of a hash as a type of Swift; nil if there is none, if it is null, or if it does not fit.
  ///
  /// `let n: Int? = v["n"]`, `v["n"] ?? 0`, `v["n"] = n + 1`; nil sets null.
  @inlinable public subscript<Element: MessageConvertible>(key: String) -> Element? {
    get { self[key].converted() }
    set { self[key] = newValue.messageValue }
  }

  /// The value as a type of Swift, nil for null.
  @inlinable func converted<Result: MessageConvertible>() -> Result? {
    isNull ? nil : Result(messageValue: self)
  }
}
