extension Value {
  /// The element of an array, counted from 0, or from the end if negative.
  ///
  /// Null if there is none or this is no array, as in Perl. Setting an element makes any other value an array, which
  /// gets as long as it has to be, with null in between; a position before the beginning stops the program with a
  /// sentence.
  @inlinable public subscript(index: Int) -> Value {
    get {
      guard case .array(let elements) = self else { return .null }
      let position = index < 0 ? elements.count + index : index
      return elements.indices.contains(position) ? elements[position] : .null
    }
    set { setElement(index, newValue) }
  }

  /// The element of a hash.
  ///
  /// Null if there is none or this is no hash, as in Perl. Setting an element makes any other value a
  /// hash.
  @inlinable public subscript(key: String) -> Value {
    get {
      guard case .hash(let elements) = self else { return .null }
      return elements[key] ?? .null
    }
    set {
      var elements: TextDictionary<Value> = [:]
      if case .hash(let present) = self { elements = present }
      self = .null  // so that the elements are changed in place
      elements[key] = newValue
      self = .hash(elements)
    }
  }

  @usableFromInline mutating func setElement(_ index: Int, _ value: Value) {
    var elements: [Value] = []
    if case .array(let present) = self { elements = present }
    self = .null  // so that the elements are changed in place
    let position = index < 0 ? elements.count + index : index
    require(
      position >= 0,
      "there is no element \(index) to set in an array of \(elements.count): the last is -1, the first 0"
    )
    if position >= elements.count {
      elements.append(contentsOf: repeatElement(.null, count: position - elements.count + 1))
    }
    elements[position] = value
    self = .array(elements)
  }
}

extension Value {
  /// The names of a hash, in no order; none of anything else.
  ///
  /// Corresponds to Perl's `keys %$hash`.
  public var keys: [String] { hash.map { Array($0.keys) } ?? [] }

  /// The values of a hash, in the order of ``keys``, or the elements of an array; none of anything else.
  ///
  /// Corresponds to Perl's `values %$hash`.
  public var values: [Value] { hash.map { Array($0.values) } ?? array ?? [] }

  /// The number of elements of an array or a hash; 0 of anything else.
  ///
  /// Corresponds to Perl's `scalar @$array` and `scalar keys %$hash`.
  public var count: Int {
    switch self {
    case .array(let elements): elements.count
    case .hash(let elements): elements.count
    default: 0
    }
  }

  /// The elements of an array, to go through; none of anything else.
  ///
  /// `for element in v["list"].elements` corresponds to Perl's `for (@{ $v->{list} })`.
  public var elements: [Value] { array ?? [] }

  /// The names of a hash with their values, in no order, to go through; none of anything else.
  ///
  /// `for (name, value) in v.entries` corresponds to Perl's `while (my ($name, $value) = each %$v)`.
  public var entries: TextDictionary<Value> { hash ?? [:] }
}
