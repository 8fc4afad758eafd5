import Testing

@testable import AnyEventMP

@Suite("Names that are no settings") struct UnknownSettingTests {
  @Test(
    "the setting that was probably meant is named, and none when nothing is like it",
    arguments: [
      ("heartbeatt", "heartbeat"), ("sekret", "secret"), ("Secret", "secret"),
      ("secrest", "secret"),
      ("bind", "binds"), ("seed", "seeds"), ("node_id", "nodeid"),
      ("monitorTimeout", "monitor_timeout"),
      ("max-queue", "max_queue"), ("profiles", "profile"), ("log_lvel", "log_level"),
      ("cret", "cert"),
      ("colour", nil), ("port", nil), ("", nil), ("x", nil), ("ö", nil),
      (String(repeating: "secret", count: 10_000), nil),
    ] as [(String, String?)])
  func nearestName(_ name: String, _ meant: String?) {
    #expect(UnknownSettings.nearest(to: name) == meant)
  }
}
