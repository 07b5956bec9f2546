# OpenVPN at both ends, without a tunnel and so without root. The server asks for a certificate of the test authority; the
# client, which gets PIN $1, proves with key 45 who it is. In the end shows what the server saw.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout server.key.pem -out server.crt.pem \
  -days 30 -subj /CN=localhost 2> /dev/null
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
timeout 60 /usr/sbin/openvpn --dev null --proto tcp-server --local 127.0.0.1 --lport "$port" --ifconfig-noexec --tls-server \
  --dh none --ca fixtures/keys/TEST-chain.crt.pem --cert server.crt.pem --key server.key.pem --single-session --tls-exit \
  --verb 3 > server.out 2>&1 < /dev/null &
server=$!
until grep -q "Listening for incoming" server.out 2> /dev/null; do
  kill -0 $server || { cat server.out; exit 1; }
  sleep 0.02
done
key=$(/usr/sbin/openvpn --show-pkcs11-ids "$MODULE" | sed -n 's/.*Serialized id: *\(.*\/45\)$/\1/p')
cat > client.ovpn <<END
dev null
proto tcp-client
remote 127.0.0.1 $port
nobind
ifconfig-noexec
tls-client
tls-version-max 1.2
ca server.crt.pem
pkcs11-providers $MODULE
pkcs11-id '$key'
verb 3
connect-retry-max 1
END
rm -f person.sock
OPENSSL_CONF=pkcs1.cnf timeout 60 /usr/sbin/openvpn --config client.ovpn \
  --management person.sock unix --management-query-passwords --management-hold > client.out 2>&1 < /dev/null &
client=$!
until [ -S person.sock ]; do
  kill -0 $client || { cat client.out; exit 1; }
  sleep 0.02
done
timeout 40 /usr/bin/python3 tests/clients/openvpn/person.py person.sock "$1"
wait $client || cat client.out
kill $server
wait $server || true
rm -f person.sock
sed 's/^/server: /' server.out
