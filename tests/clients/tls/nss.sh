# An NSS database that knows the server's authority and OpenSC's module; lists the card's keys with PIN $1, and connects with key 45.
rm -rf nss
mkdir nss
certutil -N -d sql:nss --empty-password
modutil -dbdir sql:nss -add card -libfile "$MODULE" -force
certutil -A -d sql:nss -n authority -t CT,, -i authority.crt.pem
echo "$1" > pin
token=$(certutil -L -d sql:nss -h all -f pin 2> /dev/null | sed -n 's/^\(.*\):AUTH key .*/\1/p')
certutil -K -d sql:nss -h "$token" -f pin
exec tstclnt -Q -4 -d sql:nss -h localhost -p "$PORT" -V tls1.2:tls1.2 -n "$token:AUTH key" -w "$1" < /dev/null
