// Spawning: a port on a node, made by a function that is registered there.
import AnyEvent
import AnyEventMP

let done = AnyEvent.condvar()

sub("Account::init") { (owner: PortID, start: Int) in
  var balance = start
  rcv(
    SELF,
    on("pay") { (amount: Int) in
      balance += amount
      if balance < 0 { throw die("overdrawn") }
    },
    on("balance") { snd(owner, "balance", balance) })
}

let me = port()
rcv(me, "balance") { (balance: Int) in print("balance: \(balance)") }

// Here the node is this one; any other node's id will do.
let account = spawn(NODE, "Account::init", me, 100)
mon(account) { reason in
  print("account closed: \(reason)")
  done.send()
}

snd(account, "pay", -30)
snd(account, "balance")
snd(account, "pay", -80)

try done.recv()
