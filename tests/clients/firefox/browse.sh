# A profile that knows the server's authority and OpenSC's module; Firefox opens the server's page with PIN $1.
rm -rf profile
mkdir profile
cp tests/clients/firefox/user.js profile
certutil -N -d sql:profile --empty-password
modutil -dbdir sql:profile -add card -libfile "$MODULE" -force
certutil -A -d sql:profile -n authority -t CT,, -i authority.crt.pem
exec /usr/bin/python3 tests/clients/firefox/browse.py profile "https://localhost:$PORT/" "$1"
