import AnyEventMP
import Glibc
import TestSupport
import Testing

@Suite("Answers to eval") struct EvaluationTests {
  /// What a node answers, with `body` to prepare it.
  private func answer(_ code: String, _ body: () -> Void = {}) throws -> Message {
    var got: Message?
    try withPair { global, slave, loop in
      global.run(body)
      slave.run {
        let reply = port { msg in got = msg }
        eval_on(global.id, code, reply, "tag", 1)
      }
      loop.run(until: { got != nil })
      if got?[3].string?.hasSuffix("slave") == true { got = ["tag", 1, "", "slave"] }
    }
    return try #require(got)
  }

  @Test("the process id and the connected nodes are answered as if evaluated")
  func known() throws {
    #expect(try answer("$$") == ["tag", 1, "", .int(Int(getpid()))])
    #expect(try answer(" $$ ; ") == ["tag", 1, "", .int(Int(getpid()))])
    #expect(try answer("AnyEvent::MP::Kernel::up_nodes") == ["tag", 1, "", "slave"])
    #expect(try answer("AnyEvent::MP::Kernel::up_nodes ();") == ["tag", 1, "", "slave"])
  }

  @Test("what the shell of Perl's tool puts before a line changes nothing")
  func wrapped() throws {
    let wrap = { (line: String) in "package main::shell; my $ECHO = 'anon/x#it\\'s;'; \(line)" }
    let pid = Value.int(Int(getpid()))
    for line in ["$$", " $$ ; ", "$$;\n"] {
      #expect(try answer(wrap(line)) == ["tag", 1, "", pid])
    }
    for line in [
      "up_nodes", "up_nodes;", "up_nodes ()", "&up_nodes ()", "AnyEvent::MP::Kernel::up_nodes",
      "AnyEvent::MP::Kernel::up_nodes ( );",
    ] {
      #expect(try answer(wrap(line)) == ["tag", 1, "", "slave"])
      #expect(try answer(line) == ["tag", 1, "", "slave"])
    }
    for code in [
      "package A;\n\tmy $ECHO='x' ;my $NODE = \"y\";$$", "package A;$$", "my $ECHO = '';$$",
    ] {
      #expect(try answer(code) == ["tag", 1, "", pid])
    }
    var calls = 0
    let restarted = try answer(wrap("AnyEvent::Watchdog::Util::restart ()")) {
      sub("AnyEvent::Watchdog::Util::restart") { calls += 1 }
    }
    #expect(restarted == ["tag", 1, "", 1])
    #expect(calls == 1)
  }

  @Test(
    "a line that only looks like that is answered by an error text",
    arguments: [
      "package main; 1 + 1", "package main", "package ; $$", "package; $$", "my $ECHO = $$; $$",
      "my $ECHO = 'x; $$", "my $ECHO = 'x\\'; $$", "my ECHO = 'x'; $$", "our $ECHO = 'x'; $$",
      "package main; $$ ()", "my $ECHO = 'x' . 'y'; $$", "up_nodes (1)", "up_nodes)", "()", "&",
    ])
  func nearly(code: String) throws {
    #expect(try answer(code)[2].string?.contains("evaluates nothing") == true)
  }

  @Test("anything else is answered by an error text", arguments: ["1+1", "", ";", "$$ + 1", "ü"])
  func unknown(code: String) throws {
    let got = try answer(code)
    #expect(got.count == 3)
    #expect(got[2].string?.contains("evaluates nothing") == true)
  }

  @Test("restart calls what is registered for it, or says that there is nothing")
  func restart() throws {
    let code = "require AnyEvent::Watchdog::Util; AnyEvent::Watchdog::Util::restart ()"
    #expect(try answer(code)[2].string?.contains("cannot restart") == true)
    var calls = 0
    let got = try answer(code) { sub("AnyEvent::Watchdog::Util::restart") { calls += 1 } }
    #expect(got == ["tag", 1, "", 1])
    #expect(calls == 1)
    let failed = try answer(code) {
      sub("AnyEvent::Watchdog::Util::restart") { throw die("not now") }
    }
    #expect(failed == ["tag", 1, "not now"])
  }

  @Test("without a reply port nothing is sent; what is not known is logged")
  func withoutReply() throws {
    let log = LogCollector.shared
    try withPair { global, slave, loop in
      var isDone = false
      global.run { sub("t::done") { isDone = true } }
      slave.run {
        eval_on(global.id, "$$")
        eval_on(global.id, "1+1")
        snd_to_func(global.id, "t::done")
      }
      loop.run(until: { isDone })
      #expect(log.lines(with: #"request "eval" of \#(slave.id) failed"#).count == 1)
    }
  }
}
