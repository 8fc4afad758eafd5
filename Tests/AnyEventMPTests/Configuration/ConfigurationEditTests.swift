import AEValue
import Testing

@testable import AnyEventMP

@Suite struct ConfigurationEditTests {
  private func apply(
    _ edit: ConfigurationEdit, to contents: TextDictionary<Value>, profile: String? = nil
  ) throws -> TextDictionary<Value> {
    var contents = contents
    try edit.apply(to: &contents, profile: profile, file: "/etc/rc")
    return contents
  }

  @Test("settings are set and removed at the top level and in profiles")
  func setAndRemove() throws {
    #expect(try apply(.set(.nodeID, "a"), to: ["x": 1]) == ["x": 1, "nodeid": "a"])
    #expect(try apply(.remove(.nodeID), to: ["x": 1, "nodeid": "a"]) == ["x": 1])
    let inProfile = try apply(.set(.nodeID, "a"), to: ["x": 1], profile: "p")
    #expect(inProfile == ["x": 1, "profile": ["p": ["nodeid": "a"]]])
    #expect(
      try apply(.remove(.nodeID), to: inProfile, profile: "p") == ["x": 1, "profile": ["p": [:]]])
  }

  @Test("lists grow by what they do not hold, and shrink by what they hold")
  func lists() throws {
    #expect(try apply(.append(.seeds, ["a"]), to: [:]) == ["seeds": ["a"]])
    #expect(try apply(.append(.seeds, ["a", "b"]), to: ["seeds": ["a"]]) == ["seeds": ["a", "b"]])
    #expect(try apply(.subtract(.seeds, ["a"]), to: ["seeds": ["a", "b"]]) == ["seeds": ["b"]])
    #expect(try apply(.subtract(.seeds, ["a"]), to: [:]) == [:])
    let error = #expect(throws: ConfigurationError.self) {
      try apply(.append(.seeds, ["a"]), to: ["profile": ["p": ["seeds": "x"]]], profile: "p")
    }
    #expect(
      error?.description
        == """
        seeds in profile "p" of /etc/rc is a string but must be a list of strings; write for \
        example "seeds": ["10.0.0.1:4040"]
        """)
  }

  @Test("profiles are made once and removed")
  func profiles() throws {
    let one = try apply(.createProfile, to: [:], profile: "p")
    #expect(one == ["profile": ["p": [:]]])
    let two = try apply(.set(.secure, 1), to: one, profile: "p")
    #expect(try apply(.createProfile, to: two, profile: "p") == two)
    #expect(try apply(.removeProfile, to: two, profile: "p") == ["profile": [:]])
    let error = #expect(throws: ConfigurationError.self) {
      try apply(.removeProfile, to: two, profile: "q")
    }
    #expect(error?.description == #"there is no profile "q" in /etc/rc; its profiles are "p""#)
    let second = #expect(throws: ConfigurationError.self) {
      try apply(.removeProfile, to: [:], profile: "q")
    }
    #expect(second?.description == #"there is no profile "q" in /etc/rc; it has no profiles"#)
  }

  @Test("a parent that closes a circle is refused, and nothing changes")
  func circle() throws {
    var contents: TextDictionary<Value> = ["profile": ["a": ["parent": "b"], "b": [:]]]
    let before = contents
    let error = #expect(throws: ConfigurationError.self) {
      try ConfigurationEdit.set(.parent, "a").apply(to: &contents, profile: "b", file: "/etc/rc")
    }
    #expect(error?.code == .circularParents)
    #expect(contents == before)
  }
}
