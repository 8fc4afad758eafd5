// Logging: levels, contexts, and where the messages go.
import AnyEvent

// Lines without a time, on standard output: so that they are the same each time.
LogContext.LOG.message_cb { message in
  print("[\(message.context)] \(message.level): \(message.text)")
  return true
}
LogContext.FILTER.level(.info)

AE.log(.warn, "something is wrong")
AE.log(.info, "something is normal")
AE.log(.debug, "nobody hears this")

// A function for one level; its text is made only if somebody wants it.
let trace = AE.logger(.trace)
trace("expensive: \(Array(1...1000).reduce(0, +))")
print("trace is \(trace.isEnabled ? "on" : "off")")

let mine = LogContext("My::Module")
mine.log(.error, "from a context of its own")
