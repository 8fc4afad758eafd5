// An actor for tests of distributed actors with Perl (scripts/tests/perl_actor.sh): it calls the one that is listed as
// "perl", and can be called as "swift".
import AnyEventMPDistributed

struct Refusal: Error, Codable {
  let number: Int
}

distributed actor Greeter {
  typealias ActorSystem = NodeActorSystem
  distributed func greet(name: String) -> String { "Hello, \(name)!" }
  distributed func refuse(_ number: Int) throws { throw Refusal(number: number) }
  distributed func itself() -> Greeter { self }
  distributed func note() { print("noted") }
}

let node = Node(on: Loop.default)
try node.configure(ConfigurationArguments(nodeid: "actors/%u"))
let system = NodeActorSystem(on: node, timeout: 20)
system.recognize(Refusal.self)
let greeter = Greeter(actorSystem: system)
system.checkIn(greeter, as: "swift")

func callPerl() async throws {
  let perl = try await system.find(Greeter.self, named: "perl")
  print(try await perl.greet(name: "Jane"))
  do { try await perl.refuse(7) } catch let error as Refusal { print("refused \(error.number)") }
  print("itself: \(try await perl.itself() == perl)")
  do { try await perl.note() } catch { print("\(error)") }
  _ = try await perl.termination()
  print("the other one has ended")
}

let task = Task {
  do { try await callPerl() } catch { print("failed: \(error)") }
}
try AE.cv().recv()
