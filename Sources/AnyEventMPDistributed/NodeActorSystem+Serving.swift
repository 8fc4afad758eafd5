internal import AEValue
internal import AnyEventMP
internal import Distributed

// Calls from other nodes, of which nothing can be trusted.

extension NodeActorSystem {
  /// Runs a call that has come to the port of an actor; on the loop's thread.
  func serve(_ local: LocalActor, _ message: UnsafeBufferPointer<Value>) {
    enter { residence in
      let caller = residence.runningCalls.caller(residence.node.sourceNode)
      guard message.count > 1, let last = message.last, let port = replyPort(last) else {
        return residence.node.logTrouble(
          "a message to the actor \(local.name) is no call: a method, its arguments and a reply port were expected",
          similarTo: "\(caller.name): calls")
      }
      let handler = CallResultHandler(system: self, port: port.id, caller: caller)
      do {
        let target = try target(of: local, message, for: caller)
        let decoder = CallDecoder(Array(message[1..<message.count - 1]), for: self)
        residence.runningCalls.begin(caller) { number in
          // Detached: it is no part of the task whose message this is.
          Task.detached(executorPreference: callExecutor) { [self] in
            do {
              // An actor that has gone answers nothing: its port is about to be killed, which ends the wait.
              if let actor = local.actor { try await target.run(on: actor, decoder, handler) }
            } catch {
              handler.refuse("\(error)")
            }
            onLoop { $0.runningCalls.end(number, of: caller) }
          }
        }
      } catch {
        handler.refuse("\(error)")
      }
    }
  }

  /// The method that is called.
  ///
  /// - Throws: Why it cannot be called so.
  private func target(
    of local: LocalActor, _ message: UnsafeBufferPointer<Value>, for caller: Caller
  ) throws(RefusedCall) -> TargetMethod {
    guard caller.count < maximumCalls else {
      throw RefusedCall("\(maximumCalls) calls of your node are running here already")
    }
    let name = message[0].string ?? "\(message[0])"
    guard let target = local.targets[name] else {
      throw RefusedCall(
        "the actor has no distributed method \(Value.string(String(name.unicodeScalars.prefix(200))).debugDescription)"
      )
    }
    let count = message.count - 2
    guard count == target.parameters else {
      throw RefusedCall("the method has \(target.parameters) parameters, but \(count) were sent")
    }
    return target
  }

  /// Where a reply goes: a port, or nowhere for null; nil for anything else.
  private func replyPort(_ value: Value) -> (id: PortID?, ())? {
    if value.isNull { return (nil, ()) }
    guard case .string(let text) = value else { return nil }
    let port = PortID(text)
    return port.name.isEmpty ? nil : (port, ())
  }
}

extension CallResultHandler {
  /// Sends a reply, unless nobody wants one or the caller's node was lost; one that cannot be sent is replaced.
  func send(_ reply: [Value]) {
    guard let port else { return }
    system.onLoop { [self] residence in
      guard !system.isClosed, caller.losses == lossesBefore else { return }
      let node = residence.node
      system.makePorts(on: node)
      guard let refusal = node.trySending(reply, to: port) else { return }
      node.logTrouble(refusal, similarTo: "\(caller.name): replies to calls")
      _ = node.trySending(
        [.string("error"), .string(refusal), .string("DistributedCallError")], to: port)
    }
  }

  /// Answers that the method is not run, and logs it.
  func refuse(_ text: String) {
    let text = String(text.unicodeScalars.prefix(1000))
    send([.string("refused"), .string(text)])
    system.onLoop { [caller] residence in
      residence.node.logTrouble(
        "a call is refused: \(text)", similarTo: "\(caller.name): calls")
    }
  }
}
