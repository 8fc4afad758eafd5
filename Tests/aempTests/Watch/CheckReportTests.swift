import AnyEventMP
import Testing

@testable import AEMPTool

@Suite("What check finds") struct CheckReportTests {
  private let day = 86400
  private let now = 1_800_000_000

  private func check(
    _ reports: [NodeReport], _ change: (inout CheckExpectations) -> Void = { _ in }
  ) -> CheckReport {
    var expected = CheckExpectations()
    change(&expected)
    return CheckReport(reports, expected, at: Double(now))
  }

  private func healthy() throws -> [NodeReport] {
    [
      SampleReports.told(
        try SampleReports.status("seed", digest: "d", queues: [("worker/1", 5, 0), ("perl", 0, 0)])),
      SampleReports.told(
        try SampleReports.status("worker/1", end: now + 20 * day, queues: [("seed", 0, 0)])),
      NodeReport(id: "perl", answer: .mute("it tells no more")),
    ]
  }

  @Test("a network in which all is well is one, also with nodes that tell nothing")
  func well() throws {
    let report = check(try healthy()) {
      $0.nodes = ["seed", "worker/", "wor*", "perl"]
      $0.count = 3
    }
    #expect(report.problems == [] && report.state == .ok && !report.mayPass)
    #expect(report.links == 2 && report.longestQueue == 5)
    #expect(report.certificateDays == 20)
  }

  @Test("each problem is named, the worst first")
  func problems() throws {
    var reports = try healthy()
    reports[1] = SampleReports.told(
      try SampleReports.status(
        "worker/1", version: "0.2.0", digest: "e", master: nil, end: now + day + 3,
        queues: [("seed", 20 << 20, 75)]))
    reports.append(SampleReports.told(try SampleReports.status("old", end: now - 1)))
    reports.append(SampleReports.silent("gone", "no answer\nwithin 3 s"))
    let report = check(reports) {
      $0.nodes = ["missing", "gone", "none/"]
      $0.count = 9
    }
    #expect(
      report.problems.map(\.sentence) == [
        "gone does not answer (no answer within 3 s)", "missing is missing", "none/ is missing",
        "4 of 9 nodes are there", "the certificate of old has expired",
        "worker/1 has found no global node", "different databases are seen by seed / worker/1",
        "worker/1 has 20 MiB waiting for seed for 1 min 15 s",
        "the certificate of worker/1 expires in 1 day",
        "there are 2 versions: swift-anyevent 0.1.0 (old, seed), swift-anyevent 0.2.0 (worker/1)",
      ])
    #expect(report.state == .critical && !report.mayPass)
  }

  @Test("what may pass by itself is told apart")
  func passing() throws {
    #expect(check(try healthy()) { $0.nodes = ["missing"] }.mayPass)
    let old = SampleReports.told(try SampleReports.status("old", end: now - 1))
    #expect(!check(try healthy() + [old]) { $0.nodes = ["missing"] }.mayPass)
  }

  @Test("limits are those that are asked for")
  func limits() throws {
    #expect(check(try healthy()) { $0.queue = 4 }.state == .warning)
    #expect(check(try healthy()) { $0.queue = 5 }.state == .ok)
    #expect(check(try healthy()) { $0.days = 21 }.state == .warning)
    #expect(check(try healthy()) { $0.count = 4 }.state == .critical)
  }

  @Test("the states have the codes of monitoring systems, and what is bad is worse than unknown")
  func codes() {
    #expect(CheckState.allCases.map(\.exitCode.rawValue) == [0, 1, 2, 3])
    #expect(CheckState.allCases.max() == .critical && CheckState.warning < .unknown)
  }

  @Test("nobody is said to agree where nobody tells of it, and what was found twice is said once")
  func honest() throws {
    let mute = [NodeReport(id: "perl", answer: .mute("it tells no more"))]
    let quiet = CheckOutput(report: check(mute), expected: CheckExpectations())
    #expect(
      quiet.text(.nagios).text.hasPrefix(
        "AEMP OK - 1 node, 0 connections, none tells of its state |"))
    let one = [SampleReports.told(try SampleReports.status("seed", digest: "d"))]
    let whole = CheckOutput(report: check(one), expected: CheckExpectations())
    #expect(whole.text(.nagios).text.contains(", one database, one version |"))
    let twice = SampleReports.told(
      try SampleReports.status("a", queues: [("b", 20 << 20, 0), ("b", 20 << 20, 0)]))
    #expect(check([twice]).problems.map(\.sentence) == ["a has 20 MiB waiting for b"])
  }

  @Test("Nagios gets one line with figures, whatever nodes are called")
  func nagios() throws {
    let output = CheckOutput(report: check(try healthy()), expected: CheckExpectations())
    #expect(
      output.text(.nagios).text
        == """
        AEMP OK - 3 nodes, 2 connections, one database, one version of the 2 that tell of their state | \
        nodes=3 connections=2 queue=5B;16777216 certificate_days=20;14:;0:

        """)
    let evil = CheckOutput(
      report: check([SampleReports.silent("a|b\n")]) { $0.count = 2 },
      expected: CheckExpectations(count: 2))
    let line = evil.text(.nagios).text
    #expect(
      line.hasPrefix(
        #"AEMP CRITICAL - a/b\u{a} does not answer (connection refused); 0 of 2 nodes are there | nodes=0;;2: "#
      ), "\(line)")
    #expect(line.split(separator: "\n").count == 1)
  }

  @Test("JSON has state, code, problems and nodes; Prometheus a figure a line")
  func others() throws {
    let output = CheckOutput(
      report: check(try healthy() + [SampleReports.silent("x\"\\")]), expected: CheckExpectations())
    let json = try JSON.decode(Array(output.text(.json).text.utf8))
    #expect(json["state"] == "critical" && json["code"] == 2 && json["connections"] == 2)
    #expect(json["problems"][0]["check"] == "nodes")
    #expect(json["nodes"].array?.count == 4 && json["certificate_days"] == 20)
    let lines = output.text(.prometheus).text.split(separator: "\n")
    #expect(lines.contains("aemp_check_state 2"))
    #expect(lines.contains(#"aemp_node_up{node="seed"} 1"#))
    #expect(lines.contains(#"aemp_queue_bytes{node="seed"} 5"#))
    #expect(lines.contains { $0.hasPrefix("aemp_problem{check=\"nodes\",state=\"critical\"") })
    #expect(lines.contains { $0.hasPrefix(#"aemp_node_up{node="x\""#) })
    #expect(
      lines.allSatisfy {
        $0.hasPrefix("# ") || $0.wholeMatch(of: /aemp_[a-z_]+(\{.*\})? \S+/) != nil
      })
  }

  @Test("numbers of any size are shown in a few characters")
  func short() {
    let shown = [0, 7, 9.5, 9.96, 250, 999.6, 12_345, 3_400_000, 1e30, -5, .nan, .infinity].map(
      Legible.short)
    #expect(
      shown == [
        "0", "7", "9.5", "10", "250", "1.0k", "12k", "3.4M", "1.0Y", "0", "0", "1.0Y",
      ], "\(shown)")
    #expect(
      [0, 999, 1000, 20 << 20, .max, .min].map(Legible.bytes) == [
        "0 B", "999 B", "1.0 KiB", "20 MiB", "8.0 EiB", "0 B",
      ])
  }
}
