package import AEMPWire
import AnyEvent
import Glibc

/// What a node takes from outside, so that a run on a simulated network is a function of its seed.
package struct NodeSurroundings {
  /// How the node reaches others.
  package var network: any NodeNetwork
  /// Where the waits between attempts and the made-up names come from.
  package var random: any RandomNumberGenerator
  /// Makes the second line of a greeting; two connections must never share one.
  package var makeNonce: () -> Nonce
  /// The environment, the host's name and the random name of the process.
  package var makeContext: () -> ConfigurationContext
  /// What a bind or seed address stands for; the argument is the host's name.
  package var makeAddressSources: (String) -> AddressSources
  /// The process id, which goes into the names of ports.
  package var processID: Int
  /// How many descriptors the process may have.
  package var descriptorLimit: () -> Int = { .max }

  /// Surroundings of these parts.
  package init(
    network: any NodeNetwork, random: any RandomNumberGenerator,
    makeNonce: @escaping () -> Nonce, makeContext: @escaping () -> ConfigurationContext,
    makeAddressSources: @escaping (String) -> AddressSources, processID: Int
  ) {
    self.network = network
    self.random = random
    self.makeNonce = makeNonce
    self.makeContext = makeContext
    self.makeAddressSources = makeAddressSources
    self.processID = processID
  }

  /// This machine: sockets, the operating system's randomness, the process's environment.
  static func machine(loop: Loop) -> NodeSurroundings {
    var machine = NodeSurroundings(
      network: SocketNetwork(loop: loop), random: SystemRandomNumberGenerator(),
      makeNonce: { Nonce() }, makeContext: { .ofProcess() },
      makeAddressSources: { .ofMachine(hostName: $0, loop.resolver) }, processID: Int(getpid()))
    machine.descriptorLimit = {
      var limit = rlimit()
      let status = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      return status == 0 ? Int(clamping: limit.rlim_cur) : .max
    }
    return machine
  }
}
