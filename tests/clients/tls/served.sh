# Runs a client beside a TLS server that asks for a certificate of the test authority, then shows what the server saw.
# The server takes one connection, at localhost:$PORT; its certificate is of an authority of its own, authority.crt.pem.
#   served.sh CLIENT...
new() { openssl req "$@" -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes 2> /dev/null; }
new -x509 -days 30 -subj "/CN=TEST server authority" -keyout authority.key.pem -out authority.crt.pem \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
new -subj /CN=localhost -keyout server.key.pem -out server.csr.pem
printf 'subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n' > server.ext
openssl x509 -req -days 30 -in server.csr.pem -CA authority.crt.pem -CAkey authority.key.pem -CAcreateserial \
  -extfile server.ext -out server.crt.pem 2> /dev/null
timeout 60 openssl s_server -accept localhost:0 -naccept 1 -cert server.crt.pem -key server.key.pem -www \
  -CAfile fixtures/keys/TEST-chain.crt.pem -Verify 2 -verify_return_error > server.out 2>&1 < /dev/null &
server=$!
PORT=
while [ -z "$PORT" ] && kill -0 $server 2> /dev/null; do
  sleep 0.02
  PORT=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' server.out)
done
export PORT
timeout 60 "$@" || echo "client: exit code $?"
# It ends with its only client, unless none came.
for _ in 1 2 3 4 5 6 7 8 9 10; do
  kill -0 $server 2> /dev/null || break
  sleep 0.1
done
kill $server 2> /dev/null
wait $server
sed 's/^/server: /' server.out
