import AnyEvent
import Testing

@Suite("AE_VERBOSE and AE_LOG")
struct LogEnvironmentTests {
  private func passing(_ environment: [String: String]) -> [LogLevel] {
    let context = LogProbe(environment).context("main")
    return LogLevel.allCases.filter { context.isEnabled($0) }
  }

  @Test(
    "AE_VERBOSE takes a number or a name",
    arguments: [
      ("0", 0), ("1", 1), ("4", 4), ("9", 9), ("10", 9), ("00", 0), ("off", 0), ("none", 0),
      ("all", 9), ("fatal", 1), ("critical", 3), ("err", 4), ("warn", 5), ("notice", 6),
      ("debug", 8), ("trace", 9), ("", 4),
    ])
  func verbosity(text: String, level: Int) {
    #expect(passing(["AE_VERBOSE": text]).count == level)
  }

  @Test("the long name of a variable beats the short one, even when it is empty")
  func precedence() {
    let both = ["PERL_ANYEVENT_VERBOSE": "2", "AE_VERBOSE": "8"]
    #expect(passing(both).last == .alert)
    #expect(passing(["PERL_ANYEVENT_VERBOSE": "", "AE_VERBOSE": "8"]).last == .error)
    #expect(passing(["PERL_ANYEVENT_LOG": "", "AE_LOG": "filter=info"]).last == .error)
    #expect(
      passing(["PERL_ANYEVENT_LOG": "filter=note", "AE_LOG": "filter=info"]).last == .note)
  }

  @Test("AE_LOG beats AE_VERBOSE")
  func filterFromSpecification() {
    #expect(passing(["AE_VERBOSE": "9", "AE_LOG": "filter=warn"]).last == .warn)
  }

  @Test("a level that isn't one is named in a sentence, and the default holds")
  func badVerbosity() {
    for text in ["loud", "-1", "4.5", "DEBUG"] {
      let probe = LogProbe(["AE_VERBOSE": text])
      #expect(
        probe.newLines() == [
          "AE_VERBOSE: '\(text)' is no log level: "
            + "it takes 0 to 9, or a name such as warn or debug."
        ])
      #expect(probe.context("main").isEnabled(.error))
      #expect(!probe.context("main").isEnabled(.warn))
    }
  }

  @Test("AnyEvent::MP=+log shows all of AnyEvent::MP's messages and nobody else's")
  func packageToLog() {
    let probe = LogProbe(["AE_LOG": "AnyEvent::MP=+log"])
    probe.context("AnyEvent::MP::Kernel").log(.trace, "shown")
    #expect(!probe.context("AnyEvent").isEnabled(.warn))
    #expect(probe.newLines() == ["trace AnyEvent::MP::Kernel: shown"])
  }

  @Test("anonymous contexts can be mentioned before they are described")
  func anonymous() {
    let probe = LogProbe([
      "AE_LOG": "filter=debug:log=+%warnings:%warnings=warn,syslog=LOG_LOCAL0"
    ])
    probe.context("A").log(.warn, "to both")
    probe.context("A").log(.debug, "to one")
    #expect(probe.newLines() == ["warn  A: to both", "debug A: to one"])
    #expect(probe.syslog == ["<132>(A) to both"])
  }

  @Test("only and except choose single levels")
  func onlyAndExcept() {
    #expect(passing(["AE_LOG": "filter=only,debug,fatal"]) == [.fatal, .debug])
    #expect(passing(["AE_LOG": "filter=except,fatal,trace"]) == Array(LogLevel.allCases[1..<8]))
    #expect(passing(["AE_LOG": "filter=only,level,warn"]).last == .warn)
    #expect(passing(["AE_LOG": "filter=off"]) == [])
    #expect(passing(["AE_LOG": "filter=0"]) == [])
    #expect(passing(["AE_LOG": "filter=all"]) == LogLevel.allCases)
  }

  @Test("nolog takes the target away, a lone plus the slaves")
  func nolog() {
    #expect(passing(["AE_LOG": "log=nolog"]) == [])
    #expect(passing(["AE_LOG": "main=+"]) == [])
    #expect(passing(["AE_LOG": "main=+,+log"]) == LogLevel.allCases)
    #expect(passing(["AE_LOG": "log=nolog,stderr"]).last == .error)
  }

  @Test("cap lowers the priority of what enters the context")
  func cap() {
    let probe = LogProbe(["AE_LOG": "log=cap=error"])
    probe.context("A").log(.fatal, "x")
    #expect(probe.newLines() == ["error A: x"])
  }

  @Test("bad parts are named, a sentence each, and the rest works")
  func badParts() {
    let probe = LogProbe([
      "AE_LOG": "bogus A=bogus,debug,cap=9x filter=warn,file= log=syslog=nobody =x log=path"
    ])
    #expect(
      probe.newLines() == [
        "AE_LOG: 'bogus' has no '=': a context's name comes first, as in filter=debug.",
        "AE_LOG: 'bogus' for 'A' is no directive or log level.",
        "AE_LOG: 'cap=9x' for 'A' names no log level.",
        "AE_LOG: 'file=' for 'filter' lacks the path of the file.",
        "AE_LOG: 'syslog=nobody' for 'log' names no syslog facility, such as user or LOG_LOCAL0.",
        "AE_LOG: '=x' lacks the name of a context.",
        "AE_LOG: 'path' for 'log' is no directive or log level.",
      ])
    probe.context("A").log(.warn, "still works")
    probe.context("A").log(.note, "stopped")
    #expect(probe.newLines() == ["warn  A: still works"])
  }

  @Test("the sentence names the variable, and hides no control characters")
  func badPartsVisible() {
    let probe = LogProbe(["PERL_ANYEVENT_LOG": "A=\u{1b}[2J"])
    #expect(
      probe.errors == [
        "PERL_ANYEVENT_LOG: '\\x1b[2J' for 'A' is no directive or log level.\n"
      ])
  }

  @Test("a configuration can be read anew at run time")
  func applyLater() {
    let probe = LogProbe(["AE_LOG": "filter=trace"])
    probe.system.reset()
    #expect(!probe.context("A").isEnabled(.warn))
    probe.system.apply("A=+log")
    #expect(probe.context("A").isEnabled(.trace))
    probe.system.apply("A=nonsense", named: "aemp.json")
    #expect(probe.newLines() == ["aemp.json: 'nonsense' for 'A' is no directive or log level."])
  }
}
