# Makes of the layout vitale2 one in which the card's holder, with the PIN, has the rights that the issuer has there: to make
# and delete files, to change the directories of PKCS#15, to put and generate keys.

/^\[rule\.application\]/ i\
[rule.holders]\
mode = "7B"\
read = "always"\
update = "role:holder"\
delete = "role:holder"\
source = "ours"\
\
[rule.holders_home]\
mode = "42"\
create = "role:holder"\
source = "ours"\

/^\[rule\.(signing|deciphering|public_half)\]/,/^$/ s/^update = .*/update = "role:holder"/
/^\[app\.adele\]/,/^$/ s/^rule = .*/rule = "holders_home"/

# A DF for what is added, in the application of the PKCS#15 files. OpenSC adds an application's name to every path that it
# reads, and it is to be this one's: so EF.DIR says nothing of the other one.
/^\[app\.adele\]/ i\
[app.added]\
in = "cia"\
fid = "4401"\
rule = "holders_home"\
source = "ours"\

/from = "@adele\.aid"/ d

# Some programs ask first whether they may.
/^label = "Vitale 2 IAS/ a\
writable = true

# Directories that can grow.
/^# Files of the IAS component/,$ s/^rule = "free"/rule = "holders"/
/^fid = "(5031|700[1-5])"/ a\
size = 1024
