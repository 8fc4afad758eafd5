import AnyEvent
import AnyEventMP

/// `check`: asks all nodes once, and says in a line and an exit code whether all is well.
///
/// Troubles that may pass by themselves, such as a node that was not found yet, are looked at again for some seconds.
final class Check {
  private let errand: Errand
  private let expected: CheckExpectations
  private let survey: Survey
  private var reports: TextDictionary<NodeReport> = [:]
  private var begin = 0.0

  /// How long (s) to wait for troubles that may pass, and how long between two looks at them.
  private static let settling = (most: 4.0, pause: 0.2)

  init(_ errand: Errand) {
    self.errand = errand
    expected = errand.options.expectations
    survey = Survey(errand, patience: min(3, errand.session.command.timeLimit.map { $0 / 2 } ?? 3))
  }

  func start() {
    begin = errand.session.loop.monotonicNow
    errand.awaited = "the database"
    survey.onAnswer = { self.reports[$0.id] = $0 }
    survey.onIdle = { self.conclude() }
    errand.atTimeLimit = {
      for id in self.reports.isEmpty ? [] : self.survey.unanswered {
        self.reports[id] = NodeReport(id: id, answer: .silent("no answer in time"))
      }
      self.finish(self.report())
    }
    survey.begin { self.ask() }
  }

  private func ask() {
    guard !errand.isOver else { return }
    reports = [:]
    survey.askAll()
  }

  private func report() -> CheckReport {
    if reports.isEmpty {
      return CheckReport(.critical, "nodes", "no node has answered in time")
    }
    return CheckReport(Array(reports.values), expected, at: errand.session.loop.time)
  }

  private func conclude() {
    guard !errand.isOver else { return }
    let report = reports.isEmpty ? CheckReport(.critical, "nodes", "there is no node") : report()
    let elapsed = errand.session.loop.monotonicNow - begin
    let limit = min(Self.settling.most, (errand.session.command.timeLimit ?? .infinity) / 2)
    guard report.mayPass || reports.isEmpty, elapsed < limit else { return finish(report) }
    let pause = errand.session.loop.timer(after: Self.settling.pause) { self.ask() }
    errand.keep(Guard { pause.cancel() })
  }

  private func finish(_ report: CheckReport) {
    Check.show(report, errand.options)
    errand.finish(report.state.exitCode)
  }

  private static func show(_ report: CheckReport, _ options: Options) {
    let output = CheckOutput(report: report, expected: options.expectations)
    // A caller that has closed the output still sees the exit code.
    _ = Output.write(output.text(options.checkFormat))
  }

  /// Reports that the check could not be done, or found no node, and returns the exit code.
  static func fail(_ code: ExitCode, _ sentence: String, _ options: Options) -> ExitCode {
    let state: CheckState =
      switch code {
      case .noSuchNode, .timedOut: .critical
      default: .unknown
      }
    show(CheckReport(state, "nodes", sentence), options)
    return state.exitCode
  }
}
