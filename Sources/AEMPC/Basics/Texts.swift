// Texts that C passes in.

/// Text of so many bytes, or up to the NUL with `AEMP_CSTR`; nil when the size makes no sense.
///
/// A size_t above PTRDIFF_MAX comes as a negative number.
func text(_ pointer: UnsafePointer<CChar>, _ length: Int) -> String? {
  if length == -1 { return String(cString: pointer) }
  guard length >= 0 else { return nil }
  return String(
    decoding: UnsafeRawBufferPointer(start: pointer, count: length), as: UTF8.self)
}

/// A list of texts that ends with NULL.
func texts(_ pointer: UnsafePointer<UnsafePointer<CChar>?>?) -> [String]? {
  guard var next = pointer else { return nil }
  var all: [String] = []
  while let text = next.pointee {
    all.append(String(cString: text))
    next += 1
  }
  return all
}

/// A size is above PTRDIFF_MAX.
func failSize(_ length: Int, _ function: StaticString = #function) -> CInt {
  failArgument("a size of \(UInt(bitPattern: length)) bytes makes no sense", function)
}
