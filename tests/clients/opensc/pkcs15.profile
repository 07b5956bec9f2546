# Where OpenSC puts what it adds to a card of the layout that cards/holder.sed makes, and under which rules. SCBx13 is a
# condition byte: the holder's PIN, which security environment 3 names.
#
# OpenSC 0.23 can select an application by its name alone, but then has lost what the card answered (function
# iasecc_select_file), and takes that for an error wherever it needs the application's rule. A DF inside of it is selected by
# its identifier, so everything is added there. Keys belong to the whole application.

pkcs15 {
    do-last-update = no;
}

filesystem {
    DF MF {
        path = 3F00;
        type = DF;

        DF PKCS15-AppDF {
            type = DF;
            exclusive-aid = E8:28:BD:08:0F:D2:50:00:00:04:41:64:E8:6C:65;

            BSO template-private-key {
                file-id = 4401;
            }

            DF Added {
                type = DF;
                file-id = 4401;

                BSO private-key {
                    ACL = *=NEVER;
                    ACL = READ=NONE, UPDATE=SCBx13, GENERATE=SCBx13, INTERNAL-AUTHENTICATE=SCBx13;
                }
                BSO public-key {
                    ACL = *=NEVER;
                    ACL = READ=NONE, UPDATE=SCBx13;
                }
                EF PKCS15-DODF {
                    file-id = 7006;
                    size = 512;
                    ACL = *=NEVER;
                    ACL = READ=NONE, UPDATE=SCBx13, DELETE=SCBx13;
                }
                EF public-data {
                    file-id = D100;
                    ACL = *=NEVER;
                    ACL = READ=NONE, UPDATE=SCBx13, DELETE=SCBx13;
                }
                EF certificate {
                    file-id = B100;
                    ACL = *=NEVER;
                    ACL = READ=NONE, UPDATE=SCBx13, DELETE=SCBx13;
                }
                EF template-certificate {
                    file-id = B100;
                    ACL = *=NEVER;
                    ACL = READ=NONE, UPDATE=SCBx13, DELETE=SCBx13;
                }
            }
        }
    }
}
