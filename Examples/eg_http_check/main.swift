// Asks for all pages at once, and prints what has come back in the order of the arguments.
//
// A port, line for line, of the program in Perl beside it, check.pl.
import AnyEvent
import AnyEventHTTP

AnyEventHTTP.MAX_PER_HOST = 8

let urls = CommandLine.arguments.dropFirst()
var result: TextDictionary<String> = [:]
let done = AnyEvent.condvar()

for url in urls {
  done.begin()
  http_get(
    url,
    headers: ["user-agent": "eg_http_check"],
    timeout: 10
  ) { body, hdr in
    if hdr.isSuccess {
      let type = hdr["content-type"] ?? "unknown type"
      result[url] = "\(body?.count ?? 0) bytes, \(type)"
    } else {
      result[url] = "error, \(hdr.status) \(hdr.reason)"
    }
    if hdr.redirect != nil { result[url]?.append(" (now at \(hdr.url))") }
    done.end()
  }
}

if !urls.isEmpty { try done.recv() }

for url in urls { print("\(url): \(result[url] ?? "")") }
