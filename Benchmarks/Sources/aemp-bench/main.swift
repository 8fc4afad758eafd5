// One workload a run; prints one line of JSON. Benchmarks/README.md says what each of them measures.

var arguments = Arguments()
let command = arguments.text("the workload")

switch command {
case "oneway":
  LocalMessages.oneWay(arguments.number("the count"))
case "pingpong":
  try LocalMessages.pingPong(arguments.number("the count"))
case "churn":
  try Ports.churn(arguments.number("the count"))
case "idleports":
  Ports.idle(arguments.number("the count"))
case "recv", "borrow":
  try OneWay.receive(
    arguments.text("the address"), arguments.number("the count"),
    size: arguments.number("the size"),
    framing: arguments.text("the framing"), borrows: command == "borrow")
case "send":
  try OneWay.send(
    arguments.text("the address"), to: arguments.text("the port id"),
    arguments.number("the count"), size: arguments.number("the size"),
    framing: arguments.text("the framing"))
case "echo":
  try RoundTrips.echo(arguments.text("the address"))
case "ping":
  try RoundTrips.ping(
    arguments.text("the address"), to: arguments.text("the port id"), arguments.number("the count"))
case "serve":
  try Handshakes.serve(arguments.text("the address"))
case "connect":
  try Handshakes.connect(
    arguments.text("the address"), to: arguments.text("the port id"), arguments.number("the count"))
case "refuse":
  try Refusals.measure(arguments.text("the kind"), arguments.number("the count"))
case "secretbox":
  SecretBox.seal(arguments.number("the count"), size: arguments.number("the size"))
case "tlsrecv":
  BareTLS.receive(
    arguments.number("the port"), arguments.number("the count"), size: arguments.number("the size"))
case "tlssend":
  BareTLS.send(
    arguments.number("the port"), arguments.number("the count"), size: arguments.number("the size"))
case "tlsecho":
  BareTLS.echo(arguments.number("the port"))
case "tlsping":
  BareTLS.ping(arguments.number("the port"), arguments.number("the count"))
case "idlenode":
  try IdleNode.run(arguments.text("the address"))
case "linked":
  try IdleLinks.serve(arguments.text("the address"), arguments.number("the count"))
case "link":
  try IdleLinks.connect(
    arguments.text("the address"), to: arguments.text("the port id"), arguments.number("the count"))
case "watched":
  try MonitoredPorts.serve(arguments.text("the address"), arguments.number("the count"))
case "watch", "watchalive":
  try MonitoredPorts.watch(
    arguments.text("the address"), of: arguments.text("the port id"),
    arguments.number("the count"), kills: command == "watch")
case "dbserve":
  try GlobalDatabase.serve(
    arguments.text("the address"), slaves: arguments.number("the number of slaves"))
case "dbfill":
  try GlobalDatabase.fill(arguments.text("the address"), arguments.number("the count"))
case "dbjoin":
  try GlobalDatabase.join(
    arguments.text("the address"), seed: arguments.text("the seed"),
    arguments.number("the count"), slaves: arguments.number("the number of slaves"))
case "dbset":
  try GlobalDatabase.change(
    arguments.number("the number of keys"), sets: arguments.number("the count"))
default:
  fail("there is no workload \(command)")
}
