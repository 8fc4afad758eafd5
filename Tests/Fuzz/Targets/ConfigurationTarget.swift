@testable import AEValue
@testable import AnyEventMP

/// Configuration files: they are understood or refused with a sentence, an edit keeps what it is not
/// about, and what is written is read as the same.
func fuzzConfiguration(_ input: [UInt8]) throws {
  var input = FuzzInput(input)
  let profile = input.byte() & 1 == 0 ? nil : "p"
  let file = ConfigurationFile(path: "/nowhere/file")
  do {
    let contents = try file.parse(input.remainder)
    try fuzzContents(contents, file, profile)
    var arguments = ConfigurationArguments(profile)
    arguments.force = profile != nil
    let context = ConfigurationContext(
      environment: [:], hostName: "host.example", runiq: "0123456789")
    _ = try EffectiveSettings.of(
      arguments, contents: contents, file: file.path, hostName: "host.example")
    let node = try NodeConfiguration(
      arguments, contents: contents, file: file.path, context: context)
    let sources = AddressSources(interfaces: [], hostName: "host.example", lookUp: { _ in [] })
    for seed in node.seeds { _ = seed.seedAddresses(sources) }
    _ = try BindAddress.addressesToListen(
      on: node.binds, sources, hasCredentials: node.hasCredentials)
  } catch let error as ConfigurationError {
    try demand(!error.sentence.isEmpty, "an error says what is wrong")
  }
}

/// Edits and writes what a file holds, and reads it back.
private func fuzzContents(
  _ contents: TextDictionary<Value>, _ file: ConfigurationFile, _ profile: String?
) throws {
  // One with a number like 1e999 is not written.
  if let text = try? JSON.encode(.hash(contents), style: .pretty) {
    try demand(try file.parse(Array(text.utf8)) == contents, "a file is read as it was written")
  }
  var edited = contents
  let edits: [ConfigurationEdit] = [
    .append(.seeds, ["h:1"]), .subtract(.seeds, ["h:1"]), .set(.parent, "q"),
    .set(.secret, "s"), .remove(.secret), .createProfile, .removeProfile,
  ]
  for edit in edits {
    let before = edited
    do throws(ConfigurationError) {
      try edit.apply(to: &edited, profile: profile, file: file.path)
    } catch {
      try demand(edited == before, "what cannot be edited stays as it was")
    }
    let others = { (all: TextDictionary<Value>) in
      all.filter { !["profile", "seeds", "parent", "secret"].contains($0.key) }
    }
    try demand(others(edited) == others(contents), "an edit keeps what it is not about")
  }
}
