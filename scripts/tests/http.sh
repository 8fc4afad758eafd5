#!/bin/sh
# AnyEventHTTP against nginx: the same answers as Perl's AnyEvent::HTTP gets, by the same requests and by an
# example in both languages; and TLS and HTTP/2 with a certificate that is trusted, or not.

set -eu

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/lib/packages.sh
. scripts/lib/packages.sh
# shellcheck source=scripts/lib/network.sh
. scripts/lib/network.sh

install_packages nginx openssl libanyevent-http-perl
begin
unset http_proxy
PATH=$PATH:/usr/sbin

mkdir "$work/www" "$work/temp"
echo "hello, world" >"$work/www/hello"
dd if=/dev/zero bs=1000 count=1000 2>/dev/null | tr '\0' x >"$work/www/big"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null

# nginx takes no port 0: others are tried when one is taken.
try=0
until
  # shellcheck disable=SC2016 # variables of Perl
  ports=$(perl -MIO::Socket::INET -e '
    my @sockets = map { IO::Socket::INET->new (Listen => 1, LocalAddr => "127.0.0.1") } 1..3;
    print join " ", map { $_->sockport } @sockets')
  plain=${ports%% *}
  none=${ports##* }
  tls=${ports#* }
  tls=${tls% *}
  cat >"$work/nginx.conf" <<END
daemon off;
master_process off;
pid $work/nginx-pid;
error_log stderr notice;
events {}
http {
  access_log off;
  default_type text/plain;
  client_body_temp_path $work/temp/1;
  proxy_temp_path $work/temp/2;
  fastcgi_temp_path $work/temp/3;
  uwsgi_temp_path $work/temp/4;
  scgi_temp_path $work/temp/5;
  root $work/www;
  server {
    listen 127.0.0.1:$plain;
    location = /echo { return 200 "\$request_method \$http_x_field \$content_length \$http_cookie\n"; }
    location = /two { add_header x-one 1; add_header x-one 2; return 200 "two\n"; }
    location = /nothing { return 204; }
    location = /error { return 500 "broken\n"; }
    location = /moved { return 301 /hello; }
    location = /twice { return 302 "moved"; }
    location = /other { return 307 /echo; }
    location = /loop { return 302 /loop; }
    location = /ftp { return 302 ftp://127.0.0.1/; }
    location = /cookie { add_header set-cookie "a=1; path=/"; return 200 "set\n"; }
    location = /slow { alias $work/www/big; limit_rate 500k; }
    location = /close { return 444; }
    location = /limited { limit_except GET { deny all; } }
  }
  server {
    listen 127.0.0.1:$tls ssl http2;
    ssl_certificate $work/cert.pem;
    ssl_certificate_key $work/key.pem;
  }
}
END
  start nginx nginx -e stderr -c "$work/nginx.conf" -p "$work"
  wait_for nginx.err 'start worker\|using the "epoll"'
do
  stop nginx
  try=$((try + 1))
  [ "$try" -lt 10 ] || fail "nginx does not start: $(last_words nginx)"
done

cat >"$work/requests" <<END
GET /hello
GET /hello Range=bytes=7-11
GET /big
HEAD /big
GET /missing
GET /two
GET /nothing
GET /error
GET /echo X-Field=value
POST /echo X-Field=value|a body
PUT /echo|another body
DELETE /echo
GET /moved
GET /twice
HEAD /twice
POST /moved|a body
POST /other|a body
GET /loop
GET /ftp
GET /cookie
GET /echo
GET /close
POST /limited|x
GET http://127.0.0.1:$none/
GET nonsense
END

server=http://127.0.0.1:$plain
perl Tests/HTTP/client.pl "$server" "$work/requests" >"$work/perl" || fail "the program in Perl failed."
"$bin/anyevent-http-client" "$server" "$work/requests" >"$work/swift" || fail "the program in Swift failed."
diff "$work/perl" "$work/swift" >&2 || fail "Perl (<) and Swift (>) have other answers."
[ "$(grep -c '^[A-Z]' "$work/swift")" = "$(wc -l <"$work/requests")" ] || fail "answers are missing."

set -- "$server/hello" "$server/big" "$server/missing" "$server/moved" "http://127.0.0.1:$none/"
perl Examples/eg_http_check/check.pl "$@" >"$work/perl" || fail "the example in Perl failed."
"$bin/eg_http_check" "$@" >"$work/swift" || fail "the example in Swift failed."
diff "$work/perl" "$work/swift" >&2 || fail "the examples in Perl (<) and Swift (>) differ."
grep -q '/hello: 13 bytes, text/plain$' "$work/swift" || fail "the example prints something else."

# Buffered output of the parent would be written by the child, too.
stdbuf -oL "$bin/anyevent-http-client" fork "$server" >"$work/fork" || fail "the fork failed."
printf '%s\n' 'child: 200 hello, world' 'child: 599, 0 bytes' 'parent: 200 hello, world' \
  'parent: 200, 1000000 bytes' 'the child has ended with 0' >"$work/expected"
LC_ALL=C sort "$work/fork" | diff "$work/expected" - >&2 || fail "after a fork something else has happened."

"$bin/anyevent-http-client" tls "https://localhost:$tls" "$work/cert.pem" >"$work/tls" ||
  fail "the requests over TLS failed."
for line in 'trusted: 200 2 hello, world' 'not trusted: 596 - -' 'anybody: 200 2 hello, world' \
  'no such file: 596 - -' 'streams: \[1000000\] on 1 connections'; do
  grep -q "^$line\$" "$work/tls" || fail "\"$line\" is missing: $(cat "$work/tls")"
done
grep -q '^  localhost cannot prove who it is (.*): trust its authority by tls_ctx' "$work/tls" ||
  fail "there is no sentence about the certificate: $(cat "$work/tls")"
"$bin/anyevent-http-client" tls "https://127.0.0.1:$tls" "$work/cert.pem" >"$work/tls" ||
  fail "the requests over TLS failed."
grep -q '^trusted: 596 - -$' "$work/tls" || fail "a certificate of another name was taken: $(cat "$work/tls")"
