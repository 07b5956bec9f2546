/*
 * The MAC of OpenSC's secure messaging, as ISO 9797-1 has it (algorithm 3).
 *
 * The module of OpenSC 0.23 puts the first half of the state before the last block where the first half of the MAC
 * belongs, so no card can take what it says. This is to be preloaded, and stands in for that one function of the
 * module. It is made of another one: triple DES with one key twice is DES.
 */

#include <string.h>

enum { BLOCK = 8 };

typedef unsigned char Block[BLOCK];

/* The module's: the last block of whole blocks, chained from `start` under the two halves of `key`. */
unsigned int DES_cbc_cksum_3des(const unsigned char *data, Block *last, long length, unsigned char *key, Block *start);

unsigned int DES_cbc_cksum_3des_emv96(const unsigned char *data, Block *mac, long length, unsigned char *key, Block *start)
{
    const long before_last = length - BLOCK;
    unsigned char single[2 * BLOCK];
    Block state;

    memcpy(single, key, BLOCK);
    memcpy(single + BLOCK, key, BLOCK);
    DES_cbc_cksum_3des(data, &state, before_last, single, start);
    return DES_cbc_cksum_3des(data + before_last, mac, BLOCK, key, &state);
}
