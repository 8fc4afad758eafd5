// A node of the cluster tests: it registers a port in a family, watches that family and those of the
// nodes, monitors every port it finds, and tells what it sees, a line for each event:
//
//     <microseconds since 1970> <node id> port <port>            our port is now this one
//     <microseconds since 1970> <node id> family <name> <keys>   sorted, separated by commas
//     <microseconds since 1970> <node id> mon <port>             a port is monitored from now on
//     <microseconds since 1970> <node id> up <port>              a monitored port answers
//     <microseconds since 1970> <node id> down <port> <reason>   a monitor fired
//
// and does what it is asked to (see Chores).
//
// The configuration file has its node id, listeners and seeds. On signal USR1 it kills its port and
// registers another one.
//
// With the argument "load" it sends numbered messages to the ports of all others instead, and tells
//
//     … port <port>                           our port is this one
//     … sees <count>                          how many ports there are
//     … down <port> <reason>                  a monitor fired
//     … hole <stream> <expected> <number>     a message is missing
//     … checks <count>                        on signal USR1 it has asked so many ports,
//     … whole|lost <stream>                   and this is what one of them says
//
// On HUP it reads its configuration again, on TERM it leaves.
import AnyEvent
import AnyEventMP
import Glibc

configure()
let isLoaded = CommandLine.arguments.dropFirst().contains("load")

let load = Load()
let observer = Observer(family: "cluster")
let replace = AE.signal("USR1") { if isLoaded { load.check() } else { observer.replacePort() } }
let leave = isLoaded ? AE.signal("TERM") { Node.current.leave(within: 5) { exit(0) } } : nil
if isLoaded {
  Node.current.reloadOnHangup()
  load.start(every: 0.05)
} else {
  observer.start()
}

try AnyEvent.condvar().recv()
