# Runs a client beside a TLS server that asks for a certificate of the test authority, then shows what the server saw.
# The server takes one connection, at localhost:$PORT; its own certificate is server.crt.pem. RSA signs with PKCS#1 here,
# since that is all that OpenSC's driver can do.
#   served.sh CLIENT...
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout server.key.pem -out server.crt.pem \
  -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost 2> /dev/null
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
