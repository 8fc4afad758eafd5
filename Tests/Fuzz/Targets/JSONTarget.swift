@testable import AEValue

/// JSON: what the standard allows is read the same as configuration and from a stream, and every value
/// goes through all styles unchanged.
func fuzzJSON(_ input: [UInt8]) throws {
  let limits = CodecLimits(maximumSize: 1 << 16, maximumDepth: 64)
  let lenient = try? JSON.decodeConfiguration(input, limits: limits)
  var stream = DocumentStream(framing: .json, limits: limits)
  let streamed = try? stream.feed(input)
  guard let value = try? JSON.decode(input, limits: limits) else {
    if let lenient { try roundTrip(lenient) }
    for value in streamed ?? [] { try roundTrip(value) }
    return
  }
  try demand(lenient == value, "what is JSON is the same configuration")
  switch value {
  case .array, .hash: try demand(streamed == [value], "what is JSON is one document of a stream")
  default: break
  }
  try roundTrip(value)
}

private func roundTrip(_ value: Value) throws {
  do {
    for style in [JSON.Style.compact, .sorted, .pretty] {
      let text = try JSON.encode(value, style: style)
      try demand(try JSON.decode(text) == value, "\(value) as \(style) JSON is the same again")
    }
    try demand(try CBOR.decode(CBOR.encode(value)) == value, "\(value) as CBOR is the same again")
  } catch let error as CodecError where error.code == .notFinite {
    // A number like 1e999 is read as infinite, and such are not written.
    return
  }
}
