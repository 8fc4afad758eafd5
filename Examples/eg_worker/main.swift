// A node for workers: the pool spawns them here.
import AnyEvent
import AnyEventMP

sub("MyApp::Worker::init") { (pool: PortID) in
  // without its pool a worker has nothing to do
  mon(pool, SELF)

  rcv(SELF, "job") { (n: Int, attempt: Int) in
    if n % 7 == 0 && attempt == 1 {
      throw die("\(n) is too much for me")
    }
    snd(pool, "done", SELF, n, n * n)
  }

  snd(pool, "ready", SELF)
}

configure(nodeid: "eg_worker/%u", seeds: ["*:4040"])

db_set("eg_workers", NODE)

try AnyEvent.condvar().recv()
