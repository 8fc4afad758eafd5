import Testing

@testable import AnyEvent

@Suite("AE.log")
struct LogFacadeTests {
  @Test("AE.log logs in the context of the calling module")
  func moduleContext() {
    let messages = Collected<LogMessage>()
    let catcher = LogContext(title: "catcher")
    catcher.message_cb { message in
      messages.append(message)
      return false
    }
    let module = LogContext("AnyEventTests")
    module.attach(catcher)
    defer { module.detach(catcher) }

    #expect(LogContext.ofModule() == module)
    #expect(AE.log(.trace, "seen by the catcher"))
    let trace = AE.logger(.trace)
    #expect(trace.isEnabled)
    #expect(trace("and this"))
    let ours = messages.all.filter { $0.context == module }.map(\.text)
    #expect(ours.contains("seen by the catcher"))
    #expect(ours.contains("and this"))
  }

  @Test("AE.log takes a context of its own")
  func explicitContext() {
    let probe = LogProbe()
    let context = probe.context("AnyEvent::MP::Kernel")
    #expect(AE.log(.error, in: context, "explicit"))
    #expect(!AE.log(.warn, in: context, "below"))
    #expect(probe.newLines() == ["error AnyEvent::MP::Kernel: explicit"])
  }

  @Test("modules of ours have the names of Perl's packages")
  func moduleNames() {
    #expect(LogPackage.ofModule("AnyEvent/Loop.swift") == "AnyEvent")
    #expect(LogPackage.ofModule("AnyEventMP/Node.swift") == "AnyEvent::MP")
    #expect(LogPackage.ofModule("receiver/main.swift") == "receiver")
    #expect(LogPackage.ofModule("nonsense") == "nonsense")
  }

  @Test("LogContext by name means the process's own contexts")
  func sharedContexts() {
    #expect(LogContext("A::B") == LogSystem.shared.context("A::B"))
    #expect(LogContext.COLLECT.title == "$AnyEvent::Log::COLLECT")
    #expect(LogContext.FILTER.title == "$AnyEvent::Log::FILTER")
    #expect(LogContext.LOG.title == "$AnyEvent::Log::LOG")
  }

  @Test("the process's clock shows this century")
  func processClock() {
    #expect(LogHost.process.time() > 1_700_000_000)
  }
}
