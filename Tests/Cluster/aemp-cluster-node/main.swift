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
import AnyEvent
import AnyEventMP
import Glibc

configure()

let observer = Observer(family: "cluster")
let replace = AE.signal("USR1") { observer.replacePort() }
observer.start()

try AnyEvent.condvar().recv()
