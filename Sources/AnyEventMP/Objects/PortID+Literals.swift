// Messages with literals. The generic forms in PortID+Messages take arguments whose types are known; Swift comes here
// when a literal has elements of different types, which it converts to `(any MessageConvertible)?` only. A literal in
// a literal needs a type of its own, hence the forms that end in a `Value`.

extension PortID {
  /// Sends a message of values of any types; nil is null, and a pair is its name and its value.
  @_disfavoredOverload
  public func send(_ values: (any MessageConvertible)?...) {
    withList(values) { transmit(self, $0) }
  }

  /// Sends a message that ends in the elements of a list.
  ///
  /// Corresponds to Perl's `snd $port, tag => @list`.
  public func send(
    _ values: (any MessageConvertible)?..., list: some Sequence<some MessageConvertible>
  ) {
    withList(values + list.map { $0 }) { transmit(self, $0) }
  }

  /// Sends a message of one value, a literal of literals.
  @_disfavoredOverload
  public func send(_ a: Value) {
    withList([a]) { transmit(self, $0) }
  }

  /// Sends a message of two values, the last one a literal of literals.
  @_disfavoredOverload
  public func send(_ a: (any MessageConvertible)?, _ b: Value) {
    withList([a, b]) { transmit(self, $0) }
  }

  /// Sends a message of three values, the last one a literal of literals.
  @_disfavoredOverload
  public func send(_ a: (any MessageConvertible)?, _ b: (any MessageConvertible)?, _ c: Value) {
    withList([a, b, c]) { transmit(self, $0) }
  }

  /// Sends a message of four values, the last one a literal of literals.
  @_disfavoredOverload
  public func send(
    _ a: (any MessageConvertible)?, _ b: (any MessageConvertible)?, _ c: (any MessageConvertible)?,
    _ d: Value
  ) {
    withList([a, b, c, d]) { transmit(self, $0) }
  }

  /// Sends a message of one value, a literal of mixed types.
  @_disfavoredOverload
  public func send(_ a: MixedLiteral) {
    withList([a.value]) { transmit(self, $0) }
  }

  /// Sends a message of two values, the last one a literal of mixed types.
  @_disfavoredOverload
  public func send(_ a: (any MessageConvertible)?, _ b: MixedLiteral) {
    withList([a, b.value]) { transmit(self, $0) }
  }

  /// Sends a message of three values, the last one a literal of mixed types.
  @_disfavoredOverload
  public func send(
    _ a: (any MessageConvertible)?, _ b: (any MessageConvertible)?, _ c: MixedLiteral
  ) {
    withList([a, b, c.value]) { transmit(self, $0) }
  }

  /// Sends a message of four values, the last one a literal of mixed types.
  @_disfavoredOverload
  public func send(
    _ a: (any MessageConvertible)?, _ b: (any MessageConvertible)?, _ c: (any MessageConvertible)?,
    _ d: MixedLiteral
  ) {
    withList([a, b, c, d.value]) { transmit(self, $0) }
  }

  /// Sends a message of one value, `[]` or `[:]`.
  public func send(_ a: EmptyLiteral) {
    withList([a.value]) { transmit(self, $0) }
  }

  /// Sends a message of two values, the last one `[]` or `[:]`.
  public func send(_ a: (any MessageConvertible)?, _ b: EmptyLiteral) {
    withList([a, b.value]) { transmit(self, $0) }
  }

  /// Sends a message of three values, the last one `[]` or `[:]`.
  public func send(
    _ a: (any MessageConvertible)?, _ b: (any MessageConvertible)?, _ c: EmptyLiteral
  ) {
    withList([a, b, c.value]) { transmit(self, $0) }
  }

  /// Sends a message of four values, the last one `[]` or `[:]`.
  public func send(
    _ a: (any MessageConvertible)?, _ b: (any MessageConvertible)?, _ c: (any MessageConvertible)?,
    _ d: EmptyLiteral
  ) {
    withList([a, b, c, d.value]) { transmit(self, $0) }
  }

  /// Sends a message of five values, the last one a literal of literals.
  @_disfavoredOverload
  public func send(
    _ a: (any MessageConvertible)?, _ b: (any MessageConvertible)?, _ c: (any MessageConvertible)?,
    _ d: (any MessageConvertible)?, _ e: Value
  ) {
    withList([a, b, c, d, e]) { transmit(self, $0) }
  }

  /// Sends a message of five values, the last one a literal of mixed types.
  @_disfavoredOverload
  public func send(
    _ a: (any MessageConvertible)?, _ b: (any MessageConvertible)?, _ c: (any MessageConvertible)?,
    _ d: (any MessageConvertible)?, _ e: MixedLiteral
  ) {
    withList([a, b, c, d, e.value]) { transmit(self, $0) }
  }

  /// Sends a message of five values, the last one `[]` or `[:]`.
  public func send(
    _ a: (any MessageConvertible)?, _ b: (any MessageConvertible)?, _ c: (any MessageConvertible)?,
    _ d: (any MessageConvertible)?, _ e: EmptyLiteral
  ) {
    withList([a, b, c, d, e.value]) { transmit(self, $0) }
  }
}
