import TestSupport
import Testing

@testable import AnyEvent

@Suite("log context specifications")
struct LogSpecificationTests {
  private typealias Name = LogSpecification.ContextName
  private typealias Directive = LogSpecification.Directive

  private func entries(_ text: String) -> [LogSpecification.Context] {
    let specification = LogSpecification(text)
    #expect(specification.problems == [])
    return specification.contexts
  }

  private func entry(_ name: Name, _ directives: Directive...) -> LogSpecification.Context {
    LogSpecification.Context(name: name, directives: directives)
  }

  @Test("the examples of AnyEvent::Log's manual are read as it says")
  func manual() {
    #expect(entries("filter=warn") == [entry(.filter, .level(.warn))])
    #expect(entries("log=file=/tmp/mylog") == [entry(.log, .file("/tmp/mylog"))])
    #expect(
      entries("log=+%file:%file=file=/tmp/mylog") == [
        entry(.log, .attach(.anonymous("%file"))),
        entry(.anonymous("%file"), .file("/tmp/mylog")),
      ])
    #expect(
      entries("AnyEvent::Debug=+%trace:%trace=only,trace,file=/tmp/tracelog") == [
        entry(.package("AnyEvent::Debug"), .attach(.anonymous("%trace"))),
        entry(.anonymous("%trace"), .level(nil), .enable(.trace), .file("/tmp/tracelog")),
      ])
    #expect(
      entries("log=+%syslog:%syslog=warn,cap=error,syslog") == [
        entry(.log, .attach(.anonymous("%syslog"))),
        entry(.anonymous("%syslog"), .level(.warn), .cap(.error), .syslog(facility: "user")),
      ])
    #expect(
      entries("My::Module=+,file=/tmp/mymodulelog") == [
        entry(.package("My::Module"), .detachAll, .file("/tmp/mymodulelog"))
      ])
  }

  @Test("backslashes take the special meaning away")
  func escapes() {
    #expect(
      entries(#"log=file=/some\ \:file\ with\,\ \\-escapes"#) == [
        entry(.log, .file(#"/some :file with, \-escapes"#))
      ])
    #expect(entries(#"odd\=name=debug\"#) == [entry(.package("odd=name"), .level(.debug))])
  }

  @Test("entries may stand on lines of their own")
  func lines() {
    let text = """

         filter=warn
         AnyEvent::Debug=+%trace
      \t %trace=only,trace,+log

      """
    #expect(
      entries(text) == [
        entry(.filter, .level(.warn)),
        entry(.package("AnyEvent::Debug"), .attach(.anonymous("%trace"))),
        entry(.anonymous("%trace"), .level(nil), .enable(.trace), .attach(.log)),
      ])
  }

  @Test("names are predefined, anonymous or packages; a trailing :: makes them packages")
  func names() {
    #expect(Name("collect") == .collect)
    #expect(Name("log") == .log)
    #expect(Name("log::") == .package("log"))
    #expect(Name("%x") == .anonymous("%x"))
    #expect(Name("%") == .package("%"))
    #expect(Name("A::B") == .package("A::B"))
    #expect(Name("") == nil)
    #expect(
      entries("log::=+log:::filter=+A::B") == [
        entry(.package("log"), .attach(.package("log"))),
        entry(.filter, .attach(.package("A::B"))),
      ])
  }

  @Test("how levels are meant begins anew with each context")
  func modes() {
    #expect(
      entries("a=only,warn b=warn,except,note,level,5") == [
        entry(.package("a"), .level(nil), .enable(.warn)),
        entry(
          .package("b"), .level(.warn), .level(.trace), .disable(.note), .level(.trace),
          .level(.warn)),
      ])
    #expect(
      entries("a=cap=off b=cap=0,none") == [
        entry(.package("a"), .cap(nil)), entry(.package("b"), .cap(nil), .level(nil)),
      ])
  }

  @Test("a context may be left without directives, and nothing is nothing")
  func empty() {
    #expect(entries("") == [])
    #expect(entries(" : :\n") == [])
    #expect(
      entries("a=:b=,,debug,") == [
        entry(.package("a")), entry(.package("b"), .level(.debug)),
      ])
  }

  @Test("random texts are read without a trap", arguments: Seeds.some(1))
  func randomTexts(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let pieces = [
      "log", "filter", "%a", "::", ":", "=", ",", "+", "\\", " ", "\n", "only", "file=", "cap",
      "debug", "9", "\u{0}", "\u{301}", "é", "syslog", "",
    ]
    for _ in 0..<2000 {
      let text = (0..<Int.random(in: 0...12, using: &random))
        .map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }.joined()
      let specification = LogSpecification(text)
      #expect(specification.contexts.count <= text.unicodeScalars.count)
    }
  }
}
