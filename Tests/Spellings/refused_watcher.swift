// A watcher that its own callback would use before there is one: the compiler says so.

import AnyEvent

func start() {
  // expected-error@+3 {{closure captures 'w' before it is declared}}
  // expected-note@+2 {{captured here}}
  // expected-note@+1 {{captured value declared here}}
  let w = AE.timer(0, 0) { w.cancel() }
}
