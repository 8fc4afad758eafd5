import Testing

/// `#expect` for conditions that call a mutating method, which the macro cannot take apart.
func check(
  _ condition: Bool, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation
) {
  #expect(condition, comment, sourceLocation: location)
}
