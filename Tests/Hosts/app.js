// A program with an HTTP server and a node on one loop; then workers, one that closes its node and one that is ended.
const { Worker, isMainThread, workerData } = require('worker_threads');
const aemp = require('./addon.node');
const http = require('http');

function check(condition, what) { if (!condition) { console.log(what); process.exit(1); } }

function life(done) {
  let promised = 0;
  aemp.attach(n => {
    Promise.resolve().then(() => { promised = n; });
    setImmediate(() => { check(promised === n, 'the promise was not kept'); done(n); });
  });
  aemp.send(7);
}

if (isMainThread) {
  const server = http.createServer((request, response) => response.end('hello')).listen(0, '127.0.0.1', () => {
    life(n => {
      check(n === 7, 'it is not the number');
      http.get({ port: server.address().port, agent: false }, response => {
        response.resume().on('end', () => {
          server.close();
          aemp.close(() => worker(true, () => worker(false, () => console.log('ended'))));
        });
      });
    });
  });
} else {
  life(n => {
    if (workerData) aemp.close(() => {});
    else require('worker_threads').parentPort.postMessage(n), setInterval(() => aemp.send(1), 1);
  });
  setTimeout(() => {}, 50);
}

function worker(closes, next) {
  const it = new Worker(__filename, { workerData: closes });
  it.on('error', error => check(false, String(error)));
  if (!closes) it.once('message', () => it.terminate());
  it.on('exit', next);
}
