// Logging and guards: what happens aside.
import AnyEvent

// == Where it goes
// `AE_LOG` and `AE_VERBOSE` say it from outside, as in Perl. The callbacks are `@Sendable`, as any thread may log.

LogContext.LOG.fmt_cb { time, ctx, level, text in "level \(level.rawValue): \(text)\n" }
LogContext.LOG.log_cb { line in
  print(line, terminator: "")
  return true
}
LogContext.FILTER.level(.info)

// == Saying something
// Texts are interpolated, and only made if somebody wants them.

AE.log(.warn, "the disk is nearly full")
AE.log(.info, "\(3) of \(7) done")
AE.log(.debug, "nobody hears this")

// == What is costly to say
// So no question is needed; who wants to ask has `isEnabled`.

let trace = AE.logger(.trace)
trace("never computed: \(Array(1...1000))")
print(trace.isEnabled ? "traced" : "not traced")

// == A context of one's own

let ctx = LogContext("My::Module")
ctx.log(.error, "from a module")

ctx.level(.fatal)
ctx.log(.error, "nobody hears this either")

// == A guard
// Swift may end what is not used any more before the block ends: what is to be done at the end of a block is `defer`.

do {
  defer { print("cleaned up") }
  print("working")
}

// == A guard that is kept

var lock: [String: Guard] = [:]
lock["file"] = Guard { print("unlocked") }
print("locked")
lock["file"] = nil

// == A guard that is taken back

let taken = Guard { print("never printed") }
taken.cancel()
