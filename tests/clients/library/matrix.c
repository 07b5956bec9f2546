/*
 * Calls every function of the PC/SC interface in every wrong way that has an answer, and in the right ways, and prints
 * what came of it: a line for each call. Nothing that differs from run to run is printed. Two libraries that print the
 * same are the same to programs.
 *
 * matrix LIBRARY PART: the library is loaded, not linked. The first reader has a card, the second has none.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <winscard.h>

#include <reader.h>

#define FUNCTION(name) static __typeof__(name) *p_##name
FUNCTION(SCardEstablishContext);
FUNCTION(SCardReleaseContext);
FUNCTION(SCardIsValidContext);
FUNCTION(SCardConnect);
FUNCTION(SCardReconnect);
FUNCTION(SCardDisconnect);
FUNCTION(SCardBeginTransaction);
FUNCTION(SCardEndTransaction);
FUNCTION(SCardStatus);
FUNCTION(SCardGetStatusChange);
FUNCTION(SCardControl);
FUNCTION(SCardTransmit);
FUNCTION(SCardListReaderGroups);
FUNCTION(SCardListReaders);
FUNCTION(SCardFreeMemory);
FUNCTION(SCardCancel);
FUNCTION(SCardGetAttrib);
FUNCTION(SCardSetAttrib);
static const SCARD_IO_REQUEST *t0, *t1, *raw;

static void *library;

static void *symbol(const char *name)
{
	void *found = dlsym(library, name);
	if (found == NULL) {
		printf("no %s\n", name);
		exit(1);
	}
	return found;
}

#define LOAD(name) p_##name = (__typeof__(p_##name))symbol(#name)

static void load(const char *path)
{
	library = dlopen(path, RTLD_NOW);
	if (library == NULL) {
		printf("%s\n", dlerror());
		exit(1);
	}
	LOAD(SCardEstablishContext);
	LOAD(SCardReleaseContext);
	LOAD(SCardIsValidContext);
	LOAD(SCardConnect);
	LOAD(SCardReconnect);
	LOAD(SCardDisconnect);
	LOAD(SCardBeginTransaction);
	LOAD(SCardEndTransaction);
	LOAD(SCardStatus);
	LOAD(SCardGetStatusChange);
	LOAD(SCardControl);
	LOAD(SCardTransmit);
	LOAD(SCardListReaderGroups);
	LOAD(SCardListReaders);
	LOAD(SCardFreeMemory);
	LOAD(SCardCancel);
	LOAD(SCardGetAttrib);
	LOAD(SCardSetAttrib);
	t0 = symbol("g_rgSCardT0Pci");
	t1 = symbol("g_rgSCardT1Pci");
	raw = symbol("g_rgSCardRawPci");
}

/* The call as it stands in the source, and its code. */
#define SAY(call) say(#call, p_##call)

static LONG say(const char *call, LONG code)
{
	printf("%s = %08lX\n", call, (unsigned long)code);
	return code;
}

static void hex(const char *what, const void *bytes, DWORD length)
{
	printf("  %s %lu:", what, (unsigned long)length);
	for (DWORD i = 0; bytes != NULL && length <= 4096 && i < length; i++)
		printf(" %02X", ((const unsigned char *)bytes)[i]);
	printf("\n");
}

static void number(const char *what, DWORD value)
{
	printf("  %s %lX\n", what, (unsigned long)value);
}

static char first[256], second[256];
static const BYTE challenge[] = { 0x00, 0x84, 0x00, 0x00, 0x08 };
static const BYTE select_mf[] = { 0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00 };
static SCARDCONTEXT context;
static SCARDHANDLE handle;
static DWORD active;

static void open_context(void)
{
	if (p_SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context) != 0) {
		printf("no service\n");
		exit(1);
	}
}

static void find_readers(void)
{
	char names[4096];
	DWORD length = sizeof names;
	open_context();
	if (p_SCardListReaders(context, NULL, names, &length) != 0) {
		printf("no readers\n");
		exit(1);
	}
	strcpy(first, names);
	strcpy(second, names + strlen(names) + 1);
	p_SCardReleaseContext(context);
}

static void contexts(void)
{
	SCARDCONTEXT c = 77;
	char names[4096], *found = NULL;
	DWORD length;
	SAY(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, NULL));
	for (DWORD scope = 0; scope < 6; scope++) {
		c = 77;
		LONG code = p_SCardEstablishContext(scope, NULL, NULL, &c);
		printf("scope %lu = %08lX, %s\n", (unsigned long)scope, (unsigned long)code,
		       c == 0 ? "zero" : c == 77 ? "untouched" : "a number");
		if (code == 0)
			p_SCardReleaseContext(c);
	}
	SAY(SCardIsValidContext(0));
	SAY(SCardIsValidContext(-1));
	SAY(SCardReleaseContext(0));
	SAY(SCardReleaseContext(4711));
	SAY(SCardCancel(0));
	SAY(SCardFreeMemory(0, NULL));
	open_context();
	c = context;
	SAY(SCardIsValidContext(c));
	SAY(SCardCancel(c));
	SAY(SCardFreeMemory(c, NULL));
	/* Groups. Without a place for the length pcsc-lite ends with the program. */
	length = 5;
	SAY(SCardListReaderGroups(0, names, &length));
	number("length", length);
	length = 5;
	SAY(SCardListReaderGroups(c, NULL, &length));
	number("length", length);
	length = 5;
	SAY(SCardListReaderGroups(c, names, &length));
	number("length", length);
	length = 0;
	SAY(SCardListReaderGroups(c, names, &length));
	length = sizeof names;
	SAY(SCardListReaderGroups(c, names, &length));
	hex("groups", names, length);
	length = SCARD_AUTOALLOCATE;
	SAY(SCardListReaderGroups(c, NULL, &length));
	number("length", length);
	length = SCARD_AUTOALLOCATE;
	SAY(SCardListReaderGroups(c, (char *)&found, &length));
	hex("groups", found, length);
	SAY(SCardFreeMemory(c, found));
	/* Readers. */
	SAY(SCardListReaders(c, NULL, NULL, NULL));
	length = 5;
	SAY(SCardListReaders(0, NULL, names, &length));
	number("length", length);
	length = 5;
	SAY(SCardListReaders(c, NULL, NULL, &length));
	number("length", length);
	length = 5;
	SAY(SCardListReaders(c, NULL, names, &length));
	number("length", length);
	length = 0;
	SAY(SCardListReaders(c, NULL, names, &length));
	number("length", length);
	length = sizeof names;
	SAY(SCardListReaders(c, NULL, names, &length));
	hex("readers", names, length);
	length = sizeof names;
	SAY(SCardListReaders(c, "SCard$DefaultReaders\0", names, &length));
	length = sizeof names;
	SAY(SCardListReaders(c, "NoSuchGroup\0", names, &length));
	length = SCARD_AUTOALLOCATE;
	SAY(SCardListReaders(c, NULL, NULL, &length));
	number("length", length);
	length = SCARD_AUTOALLOCATE;
	SAY(SCardListReaders(c, NULL, (char *)&found, &length));
	hex("readers", found, length);
	SAY(SCardFreeMemory(0, found));
	SAY(SCardFreeMemory(c, found));
	SAY(SCardReleaseContext(c));
	SAY(SCardReleaseContext(c));
	SAY(SCardIsValidContext(c));
	SAY(SCardListReaders(c, NULL, names, &length));
	number("T0", t0->dwProtocol);
	number("T0", t0->cbPciLength);
	number("T1", t1->dwProtocol);
	number("T1", t1->cbPciLength);
	number("RAW", raw->dwProtocol);
	number("RAW", raw->cbPciLength);
}

static void connecting(void)
{
	SCARDCONTEXT c;
	SCARDHANDLE h = 77, other = 0;
	DWORD p = 99;
	char long_name[200];
	open_context();
	c = context;
	SAY(SCardConnect(c, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, NULL, &p));
	SAY(SCardConnect(c, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &h, NULL));
	SAY(SCardConnect(c, NULL, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &h, &p));
	printf("  handle %s\n", h == 0 ? "zero" : "not zero");
	SAY(SCardConnect(0, NULL, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &h, &p));
	SAY(SCardConnect(0, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &h, &p));
	SAY(SCardConnect(c, "", SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &h, &p));
	SAY(SCardConnect(c, "No such reader", SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &h, &p));
	for (int length = 126; length < 132; length++) {
		memset(long_name, 'x', sizeof long_name);
		long_name[length] = 0;
		printf("%d ", length);
		SAY(SCardConnect(c, long_name, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &h, &p));
	}
	SAY(SCardConnect(c, second, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &h, &p));
	SAY(SCardConnect(c, second, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY, &h, &p));
	for (DWORD share = 0; share < 6; share++)
		for (DWORD wanted = 0; wanted < 16; wanted++) {
			h = 77;
			p = 99;
			LONG code = p_SCardConnect(c, first, share, wanted, &h, &p);
			printf("share %lu protocols %lX = %08lX, protocol %lX, handle %s\n", (unsigned long)share,
			       (unsigned long)wanted, (unsigned long)code, (unsigned long)p,
			       h == 0 ? "zero" : h == 77 ? "untouched" : "a number");
			if (code == 0)
				p_SCardDisconnect(h, SCARD_RESET_CARD);
		}
	SAY(SCardConnect(c, first, SCARD_SHARE_SHARED, 0x1000, &h, &p));
	number("protocol", p);
	SAY(SCardReconnect(0, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD, &p));
	SAY(SCardReconnect(h, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD, NULL));
	SAY(SCardReconnect(0, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD, NULL));
	for (DWORD share = 0; share < 5; share++)
		for (DWORD wanted = 0; wanted < 5; wanted++)
			for (DWORD how = 0; how < 6; how++) {
				p = 99;
				LONG code = p_SCardReconnect(h, share, wanted, how, &p);
				printf("again: share %lu protocols %lX init %lu = %08lX, protocol %lX\n", (unsigned long)share,
				       (unsigned long)wanted, (unsigned long)how, (unsigned long)code, (unsigned long)p);
			}
	SAY(SCardReconnect(h, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD, &p));
	SAY(SCardConnect(c, first, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY, &other, &p));
	SAY(SCardConnect(c, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &other, &p));
	SAY(SCardDisconnect(0, SCARD_LEAVE_CARD));
	SAY(SCardDisconnect(4711, SCARD_LEAVE_CARD));
	SAY(SCardDisconnect(h, 4));
	SAY(SCardDisconnect(h, 17));
	SAY(SCardDisconnect(h, SCARD_LEAVE_CARD));
	SAY(SCardDisconnect(h, SCARD_LEAVE_CARD));
	SAY(SCardReconnect(h, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD, &p));
	for (DWORD how = 0; how < 4; how++) {
		printf("%lu ", (unsigned long)how);
		SAY(SCardDisconnect(other, how));
		SAY(SCardConnect(c, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &other, &p));
	}
	/* A handle goes with its context. */
	SAY(SCardReleaseContext(c));
	SAY(SCardDisconnect(other, SCARD_LEAVE_CARD));
	SAY(SCardBeginTransaction(other));
}

static void with_card(void)
{
	open_context();
	if (p_SCardConnect(context, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &handle, &active) != 0)
		printf("no card\n");
}

static void transactions(void)
{
	SCARDHANDLE h, other;
	DWORD p;
	with_card();
	h = handle;
	SAY(SCardBeginTransaction(0));
	SAY(SCardEndTransaction(0, SCARD_LEAVE_CARD));
	SAY(SCardEndTransaction(h, SCARD_LEAVE_CARD));
	SAY(SCardBeginTransaction(h));
	SAY(SCardBeginTransaction(h));
	SAY(SCardEndTransaction(h, 4));
	SAY(SCardEndTransaction(h, SCARD_LEAVE_CARD));
	SAY(SCardEndTransaction(h, SCARD_EJECT_CARD));
	SAY(SCardEndTransaction(h, SCARD_LEAVE_CARD));
	SAY(SCardConnect(context, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &other, &p));
	SAY(SCardBeginTransaction(h));
	SAY(SCardDisconnect(other, SCARD_LEAVE_CARD));
	SAY(SCardEndTransaction(h, SCARD_RESET_CARD));
	SAY(SCardBeginTransaction(h));
	SAY(SCardEndTransaction(h, SCARD_LEAVE_CARD));
	SAY(SCardStatus(h, NULL, NULL, NULL, NULL, NULL, NULL));
	SAY(SCardReconnect(h, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD, &p));
	SAY(SCardBeginTransaction(h));
	SAY(SCardEndTransaction(h, SCARD_UNPOWER_CARD));
	SAY(SCardReconnect(h, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD, &p));
	SAY(SCardEndTransaction(h, SCARD_LEAVE_CARD));
	SAY(SCardBeginTransaction(h));
	SAY(SCardEndTransaction(h, SCARD_LEAVE_CARD));
	SAY(SCardConnect(context, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &other, &p));
	SAY(SCardConnect(context, first, SCARD_SHARE_DIRECT, 0, &other, &p));
	SAY(SCardDisconnect(h, SCARD_LEAVE_CARD));
	SAY(SCardReleaseContext(context));
}

static void statuses(void)
{
	SCARDHANDLE h, direct;
	char name[300], *found = NULL;
	BYTE atr[64], *answer = NULL;
	DWORD length, size, state, p;
	with_card();
	h = handle;
	length = sizeof name, size = sizeof atr, state = 99, p = 99;
	SAY(SCardStatus(0, name, &length, &state, &p, atr, &size));
	printf("  %lX %lX %lX %lX\n", (unsigned long)length, (unsigned long)state, (unsigned long)p, (unsigned long)size);
	SAY(SCardStatus(h, NULL, NULL, NULL, NULL, NULL, NULL));
	length = sizeof name, size = sizeof atr;
	SAY(SCardStatus(h, name, &length, &state, &p, atr, &size));
	hex("name", name, length);
	hex("atr", atr, size);
	number("state", state);
	number("protocol", p);
	length = 0, size = 0;
	SAY(SCardStatus(h, NULL, &length, NULL, NULL, NULL, &size));
	number("length", length);
	number("size", size);
	memset(name, 'x', sizeof name);
	memset(atr, 0x77, sizeof atr);
	length = 4, size = 2;
	SAY(SCardStatus(h, name, &length, NULL, NULL, atr, &size));
	hex("name", name, 8);
	hex("atr", atr, 4);
	number("length", length);
	number("size", size);
	length = 4, size = sizeof atr;
	SAY(SCardStatus(h, name, &length, NULL, NULL, atr, &size));
	length = sizeof name, size = 2;
	SAY(SCardStatus(h, name, &length, NULL, NULL, atr, &size));
	SAY(SCardStatus(h, name, NULL, NULL, NULL, atr, NULL));
	length = 0, size = 0;
	SAY(SCardStatus(h, name, &length, NULL, NULL, NULL, NULL));
	SAY(SCardStatus(h, NULL, NULL, NULL, NULL, atr, &size));
	length = SCARD_AUTOALLOCATE;
	SAY(SCardStatus(h, NULL, &length, NULL, NULL, NULL, NULL));
	number("length", length);
	size = SCARD_AUTOALLOCATE;
	SAY(SCardStatus(h, NULL, NULL, NULL, NULL, NULL, &size));
	number("size", size);
	length = SCARD_AUTOALLOCATE, size = SCARD_AUTOALLOCATE;
	SAY(SCardStatus(h, (char *)&found, &length, &state, &p, (BYTE *)&answer, &size));
	hex("name", found, length);
	hex("atr", answer, size);
	p_SCardFreeMemory(context, found);
	p_SCardFreeMemory(context, answer);
	SAY(SCardConnect(context, second, SCARD_SHARE_DIRECT, 0, &direct, &p));
	length = sizeof name, size = sizeof atr;
	SAY(SCardStatus(direct, name, &length, &state, &p, atr, &size));
	hex("name", name, length);
	number("size", size);
	number("state", state);
	number("protocol", p);
	SAY(SCardDisconnect(h, SCARD_UNPOWER_CARD));
	SAY(SCardConnect(context, first, SCARD_SHARE_DIRECT, 0, &direct, &p));
	size = sizeof atr;
	SAY(SCardStatus(direct, NULL, NULL, &state, &p, atr, &size));
	number("size", size);
	number("state", state);
	number("protocol", p);
	SAY(SCardReleaseContext(context));
}

static void transmitting(void)
{
	SCARDHANDLE h;
	BYTE answer[300] = { 0 }, *big = calloc(1, 70000);
	DWORD length, p;
	SCARD_IO_REQUEST pci = { 99, 98 };
	with_card();
	h = handle;
	length = sizeof answer;
	SAY(SCardTransmit(h, NULL, challenge, sizeof challenge, NULL, answer, &length));
	SAY(SCardTransmit(h, t0, NULL, sizeof challenge, NULL, answer, &length));
	SAY(SCardTransmit(h, t0, challenge, sizeof challenge, NULL, NULL, &length));
	SAY(SCardTransmit(h, t0, challenge, sizeof challenge, NULL, answer, NULL));
	SAY(SCardTransmit(0, t0, challenge, sizeof challenge, NULL, answer, &length));
	number("length", length);
	SAY(SCardTransmit(h, t0, select_mf, sizeof select_mf, &pci, answer, &length));
	hex("answer", answer, length);
	number("protocol", pci.dwProtocol);
	number("length", pci.cbPciLength);
	length = 1;
	SAY(SCardTransmit(h, t0, challenge, sizeof challenge, NULL, answer, &length));
	number("length", length);
	length = 0;
	SAY(SCardTransmit(h, t0, challenge, sizeof challenge, NULL, answer, &length));
	number("length", length);
	length = sizeof answer;
	SAY(SCardTransmit(h, t1, challenge, sizeof challenge, &pci, answer, &length));
	number("length", length);
	number("protocol", pci.dwProtocol);
	length = sizeof answer;
	SAY(SCardTransmit(h, raw, select_mf, sizeof select_mf, &pci, answer, &length));
	number("protocol", pci.dwProtocol);
	pci.dwProtocol = 17;
	length = sizeof answer;
	SAY(SCardTransmit(h, &pci, challenge, sizeof challenge, &pci, answer, &length));
	length = 70000;
	SAY(SCardTransmit(h, t0, challenge, sizeof challenge, NULL, big, &length));
	number("length", length);
	length = 65548;
	SAY(SCardTransmit(h, t0, select_mf, sizeof select_mf, NULL, big, &length));
	number("length", length);
	length = sizeof answer;
	SAY(SCardTransmit(h, t0, big, 65549, NULL, answer, &length));
	number("length", length);
	length = sizeof answer;
	SAY(SCardTransmit(h, t0, challenge, 0, NULL, answer, &length));
	hex("answer", answer, length > sizeof answer ? 0 : length);
	length = sizeof answer;
	SAY(SCardTransmit(h, t0, challenge, 1, NULL, answer, &length));
	hex("answer", answer, length > sizeof answer ? 0 : length);
	/* The same memory for both. */
	memcpy(answer, select_mf, sizeof select_mf);
	length = sizeof answer;
	SAY(SCardTransmit(h, t0, answer, sizeof select_mf, NULL, answer, &length));
	hex("answer", answer, length);
	/* After a reset by another handle. */
	SCARDHANDLE other;
	SAY(SCardConnect(context, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &other, &p));
	SAY(SCardReconnect(other, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_RESET_CARD, &p));
	length = sizeof answer;
	SAY(SCardTransmit(h, t0, challenge, sizeof challenge, &pci, answer, &length));
	number("length", length);
	number("protocol", pci.dwProtocol);
	SAY(SCardReconnect(h, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD, &p));
	SAY(SCardReleaseContext(context));
	/* Without a card. */
	open_context();
	SAY(SCardConnect(context, second, SCARD_SHARE_DIRECT, 0, &h, &p));
	number("protocol", p);
	length = sizeof answer;
	SAY(SCardTransmit(h, t0, challenge, sizeof challenge, NULL, answer, &length));
	number("length", length);
	SAY(SCardReleaseContext(context));
	free(big);
}

static void controls(void)
{
	SCARDHANDLE h;
	BYTE answer[300] = { 0 }, *big = calloc(1, 70000), *found = NULL;
	DWORD length, returned;
	static const DWORD attributes[] = {
		0x00010100, 0x00010101, 0x00010102, 0x00010103, 0x00020110, 0x00030120, 0x00030125, 0x00090300, 0x00090301,
		0x00090303, 0x00090304, 0x0007A007, 0x7FFF0001, 0x7FFF0003, 0x7FFF0004, 0x7FFF0005, 0x7FFF0006, 0x00080201,
		0x00090302, 0, 0xFFFFFFFF,
	};
	with_card();
	h = handle;
	returned = 99;
	SAY(SCardControl(0, 0x42000D48, NULL, 0, answer, sizeof answer, &returned));
	number("returned", returned);
	SAY(SCardControl(h, 0x42000D48, NULL, 0, answer, sizeof answer, &returned));
	hex("features", answer, returned);
	returned = 99;
	SAY(SCardControl(h, 0x42000D48, NULL, 0, answer, 1, &returned));
	number("returned", returned);
	returned = 99;
	SAY(SCardControl(h, 0x42000D48, NULL, 0, NULL, 0, &returned));
	number("returned", returned);
	SAY(SCardControl(h, 0x42000D48, NULL, 0, answer, sizeof answer, NULL));
	SAY(SCardControl(h, 0x42330012, "", 0, answer, sizeof answer, &returned));
	hex("properties", answer, returned);
	returned = 99;
	SAY(SCardControl(h, 1, "abc", 3, answer, sizeof answer, &returned));
	number("returned", returned);
	SAY(SCardControl(h, 0x42000D48, big, 65549, answer, sizeof answer, &returned));
	SAY(SCardControl(h, 0x42000D48, NULL, 0, big, 65549, &returned));
	SAY(SCardControl(h, 0x42000D48, NULL, 0, big, 65548, &returned));
	/* Attributes. */
	length = 99;
	SAY(SCardGetAttrib(h, SCARD_ATTR_ATR_STRING, answer, NULL));
	SAY(SCardGetAttrib(0, SCARD_ATTR_ATR_STRING, answer, NULL));
	SAY(SCardGetAttrib(0, SCARD_ATTR_ATR_STRING, answer, &length));
	number("length", length);
	SAY(SCardGetAttrib(0, SCARD_ATTR_ATR_STRING, NULL, &length));
	number("length", length);
	length = 0;
	SAY(SCardGetAttrib(h, SCARD_ATTR_ATR_STRING, NULL, &length));
	number("length", length);
	length = 3;
	SAY(SCardGetAttrib(h, SCARD_ATTR_ATR_STRING, answer, &length));
	number("length", length);
	length = 0;
	SAY(SCardGetAttrib(h, SCARD_ATTR_ATR_STRING, answer, &length));
	number("length", length);
	for (DWORD size = 263; size < 267; size++) {
		length = size;
		SAY(SCardGetAttrib(h, SCARD_ATTR_ATR_STRING, answer, &length));
		number("length", length);
	}
	length = SCARD_AUTOALLOCATE;
	SAY(SCardGetAttrib(h, SCARD_ATTR_ATR_STRING, NULL, &length));
	number("length", length);
	length = SCARD_AUTOALLOCATE;
	SAY(SCardGetAttrib(h, SCARD_ATTR_ATR_STRING, (BYTE *)&found, &length));
	hex("atr", found, length);
	p_SCardFreeMemory(context, found);
	for (unsigned i = 0; i < sizeof attributes / sizeof *attributes; i++) {
		length = 264;
		LONG code = p_SCardGetAttrib(h, attributes[i], answer, &length);
		printf("attribute %08lX = %08lX\n", (unsigned long)attributes[i], (unsigned long)code);
		hex("value", code == 0 ? answer : NULL, length);
	}
	SAY(SCardSetAttrib(h, SCARD_ATTR_ATR_STRING, NULL, 3));
	SAY(SCardSetAttrib(h, SCARD_ATTR_ATR_STRING, answer, 0));
	SAY(SCardSetAttrib(0, SCARD_ATTR_ATR_STRING, answer, 3));
	SAY(SCardSetAttrib(0, SCARD_ATTR_ATR_STRING, NULL, 0));
	SAY(SCardSetAttrib(h, SCARD_ATTR_ATR_STRING, answer, 264));
	SAY(SCardSetAttrib(h, SCARD_ATTR_ATR_STRING, answer, 265));
	SAY(SCardSetAttrib(h, SCARD_ATTR_ATR_STRING, answer, 3));
	SAY(SCardReleaseContext(context));
	free(big);
}

static void entries(const char *title, SCARD_READERSTATE *states, DWORD count)
{
	for (DWORD i = 0; i < count; i++) {
		printf("  %s %lu: event %08lX", title, (unsigned long)i, (unsigned long)states[i].dwEventState);
		hex("atr", states[i].rgbAtr, states[i].cbAtr > sizeof states[i].rgbAtr ? 0 : states[i].cbAtr);
	}
}

static long elapsed(struct timeval *since)
{
	struct timeval now;
	gettimeofday(&now, NULL);
	return (now.tv_sec - since->tv_sec) * 1000 + (now.tv_usec - since->tv_usec) / 1000;
}

/* Gives the code, which is printed when the other thread does not print. */
static void *cancel_soon(void *unused)
{
	(void)unused;
	usleep(300000);
	return (void *)p_SCardCancel(context);
}

static void changes(void)
{
	SCARD_READERSTATE s[20];
	SCARDHANDLE h;
	DWORD p;
	struct timeval start;
	pthread_t thread;
	void *code;
	open_context();
	memset(s, 0, sizeof s);
	SAY(SCardGetStatusChange(context, 0, NULL, 0));
	SAY(SCardGetStatusChange(context, 0, NULL, 1));
	SAY(SCardGetStatusChange(context, 0, s, 0));
	SAY(SCardGetStatusChange(0, 0, s, 0));
	SAY(SCardGetStatusChange(context, 0, s, 1));
	SAY(SCardGetStatusChange(context, 0, s, 17));
	for (int i = 0; i < 17; i++)
		s[i].szReader = first;
	SAY(SCardGetStatusChange(context, 0, s, 17));
	SAY(SCardGetStatusChange(context, 0, s, 16));
	SAY(SCardGetStatusChange(0, 0, s, 1));
	s[0].dwCurrentState = SCARD_STATE_IGNORE;
	s[0].dwEventState = 0x77;
	SAY(SCardGetStatusChange(context, 1000, s, 1));
	entries("ignored", s, 1);
	SAY(SCardGetStatusChange(0, 1000, s, 1));
	s[1].szReader = "No such reader";
	s[1].dwCurrentState = 0;
	s[1].dwEventState = 0x77;
	SAY(SCardGetStatusChange(context, 0, s, 2));
	entries("unknown", s, 2);
	s[1].dwCurrentState = SCARD_STATE_IGNORE;
	s[0].dwCurrentState = 0;
	s[0].dwEventState = 0x77;
	SAY(SCardGetStatusChange(context, 0, s, 2));
	entries("unknown and ignored", s, 2);
	s[1].szReader = "";
	s[1].dwCurrentState = 0;
	SAY(SCardGetStatusChange(context, 0, s, 2));
	entries("no name", s, 2);
	s[1].szReader = second;
	s[1].dwCurrentState = SCARD_STATE_IGNORE;
	SAY(SCardGetStatusChange(context, 0, s, 2));
	entries("one ignored", s, 2);
	for (DWORD current = 0; current < 0x800; current = current == 0 ? 2 : current * 2)
		for (int which = 0; which < 2; which++) {
			memset(s, 0, sizeof *s);
			s[0].szReader = which ? second : first;
			s[0].dwCurrentState = current;
			s[0].dwEventState = 0xABCD;
			LONG code = p_SCardGetStatusChange(context, 0, s, 1);
			printf("%s, current %04lX = %08lX\n", which ? "without" : "with", (unsigned long)current, (unsigned long)code);
			entries("", s, 1);
			s[0].dwCurrentState = current | 0x70000;
			code = p_SCardGetStatusChange(context, 0, s, 1);
			printf("%s, current 7%04lX = %08lX\n", which ? "without" : "with", (unsigned long)current, (unsigned long)code);
			entries("", s, 1);
			s[0].dwCurrentState = s[0].dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
			code = p_SCardGetStatusChange(context, 0, s, 1);
			printf("%s, known = %08lX\n", which ? "without" : "with", (unsigned long)code);
			entries("", s, 1);
		}
	/* Nothing happens. */
	memset(s, 0, sizeof s);
	s[0].szReader = first;
	SAY(SCardGetStatusChange(context, 0, s, 1));
	s[0].dwCurrentState = s[0].dwEventState;
	gettimeofday(&start, NULL);
	SAY(SCardGetStatusChange(context, 300, s, 1));
	printf("  %s\n", elapsed(&start) >= 295 && elapsed(&start) < 2000 ? "in time" : "not in time");
	entries("timeout", s, 1);
	/* Somebody cancels. */
	gettimeofday(&start, NULL);
	pthread_create(&thread, NULL, cancel_soon, NULL);
	SAY(SCardGetStatusChange(context, INFINITE, s, 1));
	printf("  %s\n", elapsed(&start) >= 295 && elapsed(&start) < 2000 ? "in time" : "not in time");
	pthread_join(thread, &code);
	printf("  cancel %08lX\n", (unsigned long)code);
	entries("cancelled", s, 1);
	pthread_create(&thread, NULL, cancel_soon, NULL);
	SAY(SCardGetStatusChange(context, (DWORD)-1, s, 1));
	pthread_join(thread, NULL);
	/* Sharing. */
	SAY(SCardConnect(context, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &h, &p));
	SAY(SCardGetStatusChange(context, 0, s, 1));
	entries("shared", s, 1);
	s[0].dwCurrentState = s[0].dwEventState;
	SAY(SCardReconnect(h, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD, &p));
	SAY(SCardGetStatusChange(context, 0, s, 1));
	entries("exclusive", s, 1);
	s[0].dwCurrentState = s[0].dwEventState;
	SAY(SCardDisconnect(h, SCARD_UNPOWER_CARD));
	SAY(SCardGetStatusChange(context, 0, s, 1));
	entries("free", s, 1);
	SAY(SCardConnect(context, second, SCARD_SHARE_DIRECT, 0, &h, &p));
	s[0].szReader = second;
	s[0].dwCurrentState = 0;
	SAY(SCardGetStatusChange(context, 0, s, 1));
	entries("open without a card", s, 1);
	SAY(SCardDisconnect(h, SCARD_LEAVE_CARD));
	/* Readers that come and go: none does. */
	s[0].szReader = "\\\\?PnP?\\Notification";
	s[0].dwCurrentState = 0;
	s[0].dwEventState = 0x77;
	SAY(SCardGetStatusChange(context, 100, s, 1));
	printf("  pnp %04lX\n", (unsigned long)s[0].dwEventState & 0xFFFF);
	s[0].szReader = "\\\\?pnp?\\notification";
	SAY(SCardGetStatusChange(context, 0, s, 1));
	s[1].szReader = first;
	s[1].dwCurrentState = 0;
	SAY(SCardGetStatusChange(context, 100, s, 2));
	printf("  pnp %04lX\n", (unsigned long)s[0].dwEventState & 0xFFFF);
	entries("beside it", s + 1, 1);
	SAY(SCardReleaseContext(context));
}

static void forked(void)
{
	DWORD length = 300;
	BYTE answer[300] = { 0 };
	with_card();
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		SAY(SCardIsValidContext(context));
		SAY(SCardStatus(handle, NULL, NULL, NULL, NULL, NULL, NULL));
		SAY(SCardTransmit(handle, t0, challenge, sizeof challenge, NULL, answer, &length));
		SAY(SCardListReaders(context, NULL, NULL, &length));
		SAY(SCardDisconnect(handle, SCARD_LEAVE_CARD));
		SAY(SCardReleaseContext(context));
		SAY(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context));
		SAY(SCardConnect(context, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &handle, &active));
		length = sizeof answer;
		SAY(SCardTransmit(handle, t0, select_mf, sizeof select_mf, NULL, answer, &length));
		hex("answer", answer, length);
		SAY(SCardReleaseContext(context));
		fflush(stdout);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	length = sizeof answer;
	SAY(SCardTransmit(handle, t0, select_mf, sizeof select_mf, NULL, answer, &length));
	SAY(SCardReleaseContext(context));
}

static void *own_transaction(void *given)
{
	SCARDHANDLE h = *(SCARDHANDLE *)given;
	LONG code = p_SCardBeginTransaction(h);
	if (code == 0)
		code = p_SCardEndTransaction(h, SCARD_LEAVE_CARD);
	return (void *)code;
}

static void threads(void)
{
	SCARDHANDLE other;
	pthread_t thread[8];
	void *code;
	DWORD p;
	with_card();
	SAY(SCardConnect(context, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &other, &p));
	SAY(SCardBeginTransaction(handle));
	pthread_create(&thread[0], NULL, own_transaction, &other);
	usleep(300000);
	SAY(SCardStatus(handle, NULL, NULL, NULL, NULL, NULL, NULL));
	SAY(SCardEndTransaction(handle, SCARD_LEAVE_CARD));
	pthread_join(thread[0], &code);
	printf("the other thread: %08lX\n", (unsigned long)code);
	for (int i = 0; i < 8; i++)
		pthread_create(&thread[i], NULL, own_transaction, i % 2 ? &handle : &other);
	for (int i = 0; i < 8; i++) {
		pthread_join(thread[i], &code);
		printf("%d: %08lX\n", i, (unsigned long)code);
	}
	SAY(SCardReleaseContext(context));
	printf("closed: %d\n", dlclose(library));
}

/* The service goes: a command of the environment ends it. */
static void gone(void)
{
	SCARD_READERSTATE state = { .szReader = first };
	BYTE answer[300] = { 0 };
	DWORD length = sizeof answer, p;
	char names[300];
	SCARDCONTEXT other;
	with_card();
	SAY(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &other));
	SAY(SCardTransmit(handle, t0, select_mf, sizeof select_mf, NULL, answer, &length));
	fflush(stdout);
	if (getenv("STOP") == NULL || system(getenv("STOP")) != 0)
		printf("nothing ends the service\n");
	length = sizeof answer;
	SAY(SCardTransmit(handle, t0, select_mf, sizeof select_mf, NULL, answer, &length));
	SAY(SCardStatus(handle, NULL, NULL, NULL, NULL, NULL, NULL));
	SAY(SCardIsValidContext(context));
	length = sizeof names;
	SAY(SCardListReaders(context, NULL, names, &length));
	SAY(SCardGetStatusChange(context, 100, &state, 1));
	SAY(SCardReconnect(handle, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD, &p));
	SAY(SCardDisconnect(handle, SCARD_LEAVE_CARD));
	SAY(SCardReleaseContext(context));
	SAY(SCardReleaseContext(context));
	/* The first call of a context after the service went. */
	SAY(SCardGetStatusChange(other, 100, &state, 1));
	SAY(SCardCancel(other));
	SAY(SCardReleaseContext(other));
	SAY(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &other));
}

/* Has a reader unplugged or plugged in by a command of the environment. */
static void order(const char *variable, const char *reader)
{
	char command[600];
	if (getenv(variable) == NULL) {
		printf("nothing is there for %s\n", variable);
		exit(1);
	}
	snprintf(command, sizeof command, "%s '%s'", getenv(variable), reader);
	if (system(command) != 0)
		printf("%s failed\n", variable);
}

static void *unplug_soon(void *reader)
{
	usleep(300000);
	order("UNPLUG", reader);
	return NULL;
}

static void *plug_soon(void *reader)
{
	usleep(300000);
	order("PLUG", reader);
	return NULL;
}

/* A reader goes, and comes back: what is told to who waits, and what its name and its handle are good for. */
static void unplugged(void)
{
	SCARD_READERSTATE s[3];
	BYTE answer[300] = { 0 };
	DWORD length, p;
	char names[300];
	pthread_t thread;
	with_card();
	for (int one = 0; one < 2; one++) {
		char *which = one ? first : second;
		printf("reader %d\n", one);
		memset(s, 0, sizeof s);
		s[0].szReader = first;
		s[1].szReader = second;
		s[2].szReader = "\\\\?PnP?\\Notification";
		SAY(SCardGetStatusChange(context, 0, s, 3));
		entries("before", s, 3);
		for (int i = 0; i < 3; i++)
			s[i].dwCurrentState = s[i].dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
		pthread_create(&thread, NULL, unplug_soon, which);
		SAY(SCardGetStatusChange(context, 20000, s, 3));
		pthread_join(thread, NULL);
		entries("unplugged", s, 3);
		SAY(SCardGetStatusChange(context, 0, s, 3));
		entries("still known", s, 3);
		for (int i = 0; i < 3; i++)
			s[i].dwCurrentState = s[i].dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
		SAY(SCardGetStatusChange(context, 0, s, 3));
		entries("known to be gone", s, 3);
		length = sizeof names;
		SAY(SCardListReaders(context, NULL, names, &length));
		hex("readers", names, length);
		SAY(SCardConnect(context, which, SCARD_SHARE_DIRECT, 0, &handle, &p));
		memset(s, 0, sizeof s);
		s[0].szReader = one ? second : first;
		s[1].szReader = "\\\\?PnP?\\Notification";
		SAY(SCardGetStatusChange(context, 0, s, 2));
		entries("the other", s, 2);
		s[0].dwCurrentState = s[0].dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
		s[1].dwCurrentState = s[1].dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
		pthread_create(&thread, NULL, plug_soon, which);
		SAY(SCardGetStatusChange(context, 20000, s, 2));
		pthread_join(thread, NULL);
		entries("plugged in", s, 2);
		length = sizeof names;
		SAY(SCardListReaders(context, NULL, names, &length));
		hex("readers", names, length);
	}
	/* A handle outlives its reader. */
	SAY(SCardStatus(handle, NULL, NULL, NULL, NULL, NULL, NULL));
	order("UNPLUG", first);
	SAY(SCardStatus(handle, NULL, NULL, NULL, NULL, NULL, NULL));
	length = sizeof answer;
	SAY(SCardTransmit(handle, t0, select_mf, sizeof select_mf, NULL, answer, &length));
	number("length", length);
	length = sizeof answer;
	SAY(SCardGetAttrib(handle, SCARD_ATTR_ATR_STRING, answer, &length));
	SAY(SCardControl(handle, CM_IOCTL_GET_FEATURE_REQUEST, NULL, 0, answer, sizeof answer, &length));
	SAY(SCardBeginTransaction(handle));
	SAY(SCardEndTransaction(handle, SCARD_LEAVE_CARD));
	SAY(SCardReconnect(handle, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD, &p));
	SAY(SCardDisconnect(handle, SCARD_LEAVE_CARD));
	SAY(SCardDisconnect(handle, SCARD_LEAVE_CARD));
	SAY(SCardReleaseContext(context));
	SAY(SCardReleaseContext(context));
}

int main(int count, char **words)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} parts[] = {
		{ "contexts", contexts }, { "connecting", connecting }, { "transactions", transactions },
		{ "statuses", statuses }, { "transmitting", transmitting }, { "controls", controls },
		{ "changes", changes }, { "forked", forked }, { "threads", threads }, { "gone", gone },
		{ "unplugged", unplugged },
	};
	if (count != 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	load(words[1]);
	find_readers();
	for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++)
		if (strcmp(words[2], parts[i].name) == 0) {
			parts[i].run();
			printf("%s: done\n", words[2]);
			return 0;
		}
	return 2;
}
