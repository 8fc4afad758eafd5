import Testing

@testable import AnyEvent

@Suite("log contexts")
struct LogContextTests {
  @Test("errors are written and warnings aren't, unless configured")
  func defaults() {
    let probe = LogProbe()
    let context = probe.context("AnyEvent::MP::Kernel")
    #expect(context.log(.error, "shown"))
    #expect(!context.log(.warn, "hidden"))
    #expect(
      probe.errors == ["2012-03-22 01:41:43.620000 +0000 error AnyEvent::MP::Kernel: shown\n"])
  }

  @Test("fatal only logs")
  func fatal() {
    let probe = LogProbe()
    probe.context("main").log(.fatal, "no config found")
    #expect(probe.newLines() == ["fatal main: no config found"])
  }

  @Test("the same name gives the same context")
  func identity() {
    let probe = LogProbe()
    #expect(probe.context("A::B") == probe.context("A::B"))
    #expect(probe.context("A::B") != probe.context("A::C"))
    #expect(probe.context("A").title == "A")
    #expect(Set([probe.context("A"), probe.context("A")]).count == 1)
  }

  @Test(
    "the parent of a package is its name without the last component",
    arguments: [
      ("AnyEvent::MP::Kernel", "AnyEvent::MP"), ("A::B", "A"), ("A", nil), ("", nil),
      ("::A", nil), ("A::", "A"), ("A:::B", "A:"), ("::", nil), ("A:B", nil),
    ] as [(String, String?)])
  func parents(name: String, parent: String?) {
    #expect(LogPackage(name).parent == parent)
  }

  @Test("messages wander to the parents, whichever context was made first")
  func propagation() {
    let probe = LogProbe(["AE_VERBOSE": "9"])
    let kernel = probe.context("A::B::C")
    probe.context("A").level(.warn)
    kernel.log(.info, "stopped by A")
    kernel.log(.warn, "passes")
    #expect(probe.newLines() == ["warn  A::B::C: passes"])
  }

  @Test("a disabled call doesn't build its text")
  func lazyText() {
    let probe = LogProbe()
    let text = CountedText()
    let context = probe.context("main")
    for level in LogLevel.allCases where level > .error {
      context.log(level, text.build())
      AE.log(level, in: context, text.build())
      LogFunction(context, level)(text.build())
    }
    #expect(text.timesBuilt == 0)
    context.log(.error, text.build())
    #expect(text.timesBuilt == 1)
  }

  @Test("the text is built once for several targets")
  func textBuiltOnce() {
    let probe = LogProbe()
    let text = CountedText()
    let extra = probe.system.anonymousContext()
    extra.log_cb { _ in false }
    probe.system.COLLECT.attach(extra)
    probe.context("main").log(.error, text.build())
    #expect(text.timesBuilt == 1)
  }

  @Test("levels, enable and disable choose single levels")
  func levelSets() {
    let probe = LogProbe(["AE_VERBOSE": "9"])
    let context = probe.context("main")
    func passing() -> [LogLevel] { LogLevel.allCases.filter { context.isEnabled($0) } }
    context.levels(.debug, .trace)
    #expect(passing() == [.debug, .trace])
    context.enable(.warn, .note)
    #expect(passing() == [.warn, .note, .debug, .trace])
    context.disable([.debug, .warn])
    #expect(passing() == [.note, .trace])
    context.level(nil)
    #expect(passing() == [])
    context.level(.crit)
    #expect(passing() == [.fatal, .alert, .critical])
    context.levels(.all)
    #expect(passing() == LogLevel.allCases)
  }

  @Test("a change anywhere on the way is seen at once")
  func reassessment() {
    let probe = LogProbe()
    let context = probe.context("A::B")
    #expect(!context.isEnabled(.trace))
    probe.system.FILTER.level(.trace)
    #expect(context.isEnabled(.trace))
    probe.context("A").slaves()
    #expect(!context.isEnabled(.fatal))
    context.attach(probe.system.LOG)
    #expect(context.isEnabled(.trace))
    context.detach(probe.system.LOG)
    #expect(!context.isEnabled(.trace))
    context.log_cb { _ in true }
    #expect(context.isEnabled(.trace))
    context.log_cb(nil)
    #expect(!context.isEnabled(.trace))
  }

  @Test("AE.log looks for its context only if some package wants the level")
  func gate() {
    let probe = LogProbe()
    #expect(probe.system.gate.levels == LogLevels(upTo: .error))
    let context = probe.context("A::B")
    context.attach(probe.system.LOG)
    #expect(probe.system.gate.levels == .all)
    context.levels(.debug)
    #expect(probe.system.gate.levels == LogLevels(upTo: .error).union(.debug))
    probe.system.LOG.levels(.fatal)
    #expect(probe.system.gate.levels == .fatal)
    probe.system.reset()
    #expect(probe.system.gate.levels == LogLevels(upTo: .error))
  }

  @Test("a context attached to LOG writes regardless of the global level, and once")
  func onceForEachContext() {
    let probe = LogProbe()
    let context = probe.context("AnyEvent::MP")
    context.attach(probe.system.LOG, probe.system.LOG)
    context.log(.trace, "past the filter")
    context.log(.error, "by two ways")
    #expect(
      probe.newLines() == [
        "trace AnyEvent::MP: past the filter", "error AnyEvent::MP: by two ways",
      ]
    )
  }

  @Test("cycles of contexts do no harm")
  func cycles() {
    let probe = LogProbe()
    let a = probe.system.anonymousContext(title: "a")
    let b = probe.system.anonymousContext(title: "b")
    a.attach(b)
    b.attach(a)
    #expect(!a.log(.fatal, "nobody listens"))
    b.attach(probe.system.LOG)
    #expect(a.log(.trace, "round"))
    #expect(probe.newLines() == ["trace a: round"])
    a.slaves()
  }

  @Test("cap lowers the priority from there on, but not what passes")
  func caps() {
    let probe = LogProbe()
    let capped = probe.system.anonymousContext()
    let levels = Collected<LogLevel>()
    capped.level(.critical)
    capped.cap(.error)
    capped.message_cb { message in
      levels.append(message.level)
      return false
    }
    probe.system.COLLECT.attach(capped)
    let context = probe.context("main")
    context.log(.fatal, "x")
    context.log(.error, "stopped: its own level counts")
    #expect(levels.all == [.error])
    #expect(probe.newLines().map { $0.prefix(5) } == ["fatal", "error"])
    capped.cap(nil)
    context.log(.fatal, "x")
    #expect(levels.all == [.error, .fatal])
  }

  @Test("an anonymous context is gone when nobody holds it")
  func anonymousLifetime() {
    let probe = LogProbe()
    weak var node: LogNode?
    do {
      let context = probe.system.anonymousContext(title: "passing")
      node = context.node
      #expect(context.title == "passing")
      #expect(node != nil)
    }
    #expect(node == nil)
  }

  @Test("reset brings the defaults back and keeps references good")
  func reset() {
    let probe = LogProbe(["AE_VERBOSE": "warn"])
    let context = probe.context("A::B")
    context.title = "renamed"
    context.slaves()
    probe.system.FILTER.level(.trace)
    probe.system.LOG.log_cb(nil)
    probe.system.reset()
    context.log(.warn, "back")
    context.log(.note, "stopped")
    #expect(probe.newLines() == ["warn  A::B: back"])
  }

  @Test("a context is shown as its title, and a new title stands in the lines")
  func titles() {
    let probe = LogProbe()
    let context = probe.context("main")
    #expect("\(context)" == "main")
    context.title = "receiver"
    context.log(.error, "x")
    #expect(probe.newLines() == ["error receiver: x"])
  }

  @Test("a package name of very many components is no trouble")
  func deepNames() {
    let probe = LogProbe()
    let name = Array(repeating: "x", count: 300).joined(separator: "::")
    #expect(probe.context(name).log(.error, "deep"))
  }
}
