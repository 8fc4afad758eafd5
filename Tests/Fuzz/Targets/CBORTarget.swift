@testable import AEValue

/// CBOR: what was read can be written, and is then the same for ever.
func fuzzCBOR(_ input: [UInt8]) throws {
  let limits = CodecLimits(maximumSize: 1 << 16, maximumDepth: 64)
  var stream = DocumentStream(framing: .cbor, limits: limits)
  let streamed = try? stream.feed(input)
  guard let value = try? CBOR.decode(input, limits: limits) else { return }
  let canonical = CBOREncoding.canonical(value)
  if let streamed {
    try demand(
      streamed.count == 1 && streamed.map(CBOREncoding.canonical) == [canonical],
      "a document alone is the one document of its stream")
  } else {
    try demand(false, "a document alone is read from a stream")
  }
  do {
    let again = try CBOR.decode(CBOR.encode(value))
    try demand(again == value, "\(value) as CBOR is the same again")
    let text = try JSON.decode(JSON.encode(value))
    try demand(
      CBOREncoding.canonical(text) == canonical, "\(value) as JSON has the same canonical form")
  } catch let error as CodecError where error.code == .notFinite {
    return
  }
}
