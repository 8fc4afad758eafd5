// Calls the service: a reply, an error, a time-out, and a port that is not there.
import AnyEvent
import AnyEventMP

configure(nodeid: "eg_rpc_client/%u", seeds: ["*:4040"])

let end_cv = AnyEvent.condvar()
var is_called = false

let guardian: Guard = db_mon("eg_rpc") { family, added, changed, deleted in
  guard !is_called, let server = added.first else { return }
  is_called = true

  end_cv.begin()

  end_cv.begin()
  cal(server, "add", 1.5, 2, timeout: 10) { (sum: Double?) in
    print("1.5 + 2 = \(sum.map { "\($0)" } ?? "no answer")")
    end_cv.end()
  }

  end_cv.begin()
  cal(server, "divide", 1, 0, timeout: 10) { (quotient: Double?, error: String?) in
    print("1 / 0 = \(error ?? "no answer")")
    end_cv.end()
  }

  end_cv.begin()
  cal(server, "never", timeout: 0.2) { reply in
    print("never: \(reply.isEmpty ? "no answer" : "an answer")")
    end_cv.end()
  }

  end_cv.begin()
  cal(node_of(server) + "#nobody", "add", 1, 2) { reply in
    print("nobody: \(reply.isEmpty ? "no answer" : "an answer")")
    end_cv.end()
  }

  end_cv.end()
}

try end_cv.recv()
Node.current.close()
