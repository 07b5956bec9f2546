/*
 * What the cases have: the functions of a PC/SC library, which is loaded and not linked, two readers, and a line for what
 * came of them. It compiles for Windows as well.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
#endif
#include <winscard.h>
#ifdef _WIN32
#define SCARD_PROTOCOL_ANY (SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)
#define FEATURE_REQUEST 0x00313520
#else
#include <reader.h>
#define FEATURE_REQUEST 0x42000D48
#endif

/* A case: its name in cases.txt, and what is done. */
struct test {
	const char *name;
	void (*run)(void);
};
#define CASE(name) { #name, name }

/* All cases of a file, up to one without a name. */
extern const struct test contexts[], connecting[], sharing[], commands[], readers[], unblocked[], pulling[], removal[],
	ending[], unplugging[];
#ifdef _WIN32
extern const struct test windows[];
#endif

struct functions {
	__typeof__(SCardEstablishContext) *establish;
	__typeof__(SCardReleaseContext) *release;
	__typeof__(SCardIsValidContext) *is_valid;
	__typeof__(SCardConnect) *connect;
	__typeof__(SCardReconnect) *reconnect;
	__typeof__(SCardDisconnect) *disconnect;
	__typeof__(SCardBeginTransaction) *begin;
	__typeof__(SCardEndTransaction) *end;
	__typeof__(SCardStatus) *status;
	__typeof__(SCardGetStatusChange) *change;
	__typeof__(SCardControl) *control;
	__typeof__(SCardTransmit) *transmit;
	__typeof__(SCardListReaderGroups) *groups;
	__typeof__(SCardListReaders) *list;
	__typeof__(SCardFreeMemory) *free;
	__typeof__(SCardCancel) *cancel;
	__typeof__(SCardGetAttrib) *get;
	__typeof__(SCardSetAttrib) *set;
	const SCARD_IO_REQUEST *t0, *t1, *raw;
};
extern struct functions pcsc;

/* The reader that has a card, with T=0 alone, and the one that has none. */
extern char first[256], second[256];
/* GET CHALLENGE of 8 bytes, and SELECT of the root. */
extern const BYTE challenge[5], select_root[7];

/* Adds a code to the line, by its name. */
void gave(LONG code);
/* Its name. */
const char *name_of(LONG code);
/* Adds words to it. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Prints a line of its own, which begins with blanks: no part of the page, and the same with each library. */
void detail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same, of bytes. */
void detail_bytes(const char *what, const void *bytes, DWORD length);
/* Adds to the line how often calls gave each code, and forgets it; `tally` counts one, and says it in a detail. */
void tally(LONG code, const char *format, ...) __attribute__((format(printf, 2, 3)));
void note_tally(void);
/* Adds a protocol. */
void note_protocol(DWORD protocol);
/* Adds the bits of what a reader is like, without how often cards came and went. */
void note_event(DWORD event);
/* Adds whether a number is the one that it should be. */
void note_length(DWORD found, DWORD expected);

/* A context, which is closed when the case is over. */
SCARDCONTEXT open_context(void);
/* A shared handle on the card, in a context; in a new one if that is 0. */
SCARDHANDLE open_card(SCARDCONTEXT context);
/* The same, with what is wanted; 0 and its code in the line if it is refused. */
SCARDHANDLE open_as(SCARDCONTEXT context, const char *reader, DWORD share, DWORD protocols);
/* Resets the card behind the back of the other handles. */
void reset_by_another(void);
/* Goes on in another thread. */
void start(void *(*act)(void *), void *given);
/* Waits for all who went on. */
void join_all(void);
/* Milliseconds since some moment. */
long now(void);
/* Sends the challenge; the code. */
LONG send_challenge(SCARDHANDLE card);
LONG status_of(SCARDHANDLE card);
/* Does something in another thread while a handle has the card for itself, and says when it was done. */
void meanwhile(SCARDHANDLE holder, LONG (*act)(void *), void *given);
/* Runs the command that this variable of the environment has. 0 without one, which is said. */
int command(const char *variable);
/* Until the card is in (or out) and can be used. */
void await_card(int is_in);
/* Brings the card back that the cases of `pulling` had pulled. */
void bring_back(void);

#endif
