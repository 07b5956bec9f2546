/* Calls the functions of winscard.dll in right ways and wrong ones, and prints what came of each: a line for a call. Nothing that
 * differs from run to run, or between 32 bits and 64, is printed.
 *
 * matrix PART: the first reader has a card, the second has none. `changes` and `gone` have %VIRTUALE% do something to them. */
#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <winscard.h>

#define CONTROL_CODE(code) SCARD_CTL_CODE(code)
#define SAY(call) say(#call, call)

static const BYTE select_mf[] = { 0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00 };
static const BYTE challenge[] = { 0x00, 0x84, 0x00, 0x00, 0x08 };
static char first[256], second[256];
static WCHAR wide[256];
static SCARDCONTEXT context;
static SCARDHANDLE handle;
static DWORD active;

static LONG say(const char *call, LONG code)
{
	printf("%s = %08lX\n", call, (unsigned long)code);
	fflush(stdout);
	return code;
}

static void number(const char *what, DWORD value)
{
	printf("  %s %lX\n", what, (unsigned long)value);
}

static void hex(const char *what, const BYTE *bytes, DWORD length)
{
	printf("  %s %lu:", what, (unsigned long)length);
	for (DWORD i = 0; i < length && i < 64; i++)
		printf(" %02X", bytes[i]);
	printf("\n");
}

/* Several names, each with its end. */
static void names(const char *what, const char *list, DWORD length)
{
	printf("  %s %lu:", what, (unsigned long)length);
	for (DWORD i = 0; i < length; i++)
		putchar(list[i] == 0 ? '|' : list[i]);
	printf("\n");
}

static void wide_names(const char *what, const WCHAR *list, DWORD length)
{
	printf("  %s %lu:", what, (unsigned long)length);
	for (DWORD i = 0; i < length; i++)
		putchar(list[i] == 0 ? '|' : (char)list[i]);
	printf("\n");
}

static void open_context(void)
{
	char list[512];
	DWORD length = sizeof list;
	if (SCardEstablishContext(SCARD_SCOPE_USER, NULL, NULL, &context) != 0 ||
	    SCardListReadersA(context, NULL, list, &length) != 0) {
		printf("no readers\n");
		exit(1);
	}
	strcpy(first, list);
	strcpy(second, list + strlen(list) + 1);
	for (size_t i = 0; i <= strlen(first); i++)
		wide[i] = (WCHAR)first[i];
}

static void open_card(void)
{
	open_context();
	LONG code = SCardConnectA(context, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_Tx, &handle, &active);
	if (code != 0) {
		printf("no card: %08lX\n", (unsigned long)code);
		exit(1);
	}
}

/* What a program was compiled with, and what the library gives by name. */
static void sizes(void)
{
	number("state", sizeof(SCARD_READERSTATEA) - 2 * sizeof(void *));
	number("wide state", sizeof(SCARD_READERSTATEW) - 2 * sizeof(void *));
	number("room for an answer to reset", sizeof ((SCARD_READERSTATEA *)0)->rgbAtr);
	number("protocol", sizeof(SCARD_IO_REQUEST));
	number("handle", sizeof handle - sizeof(void *));
	number("T=0", g_rgSCardT0Pci.dwProtocol);
	number("T=1", g_rgSCardT1Pci.dwProtocol);
	number("raw", g_rgSCardRawPci.dwProtocol);
	number("length", g_rgSCardT1Pci.cbPciLength);
}

static void contexts(void)
{
	SCARDCONTEXT c = 0;
	HANDLE event;
	SAY(SCardEstablishContext(SCARD_SCOPE_USER, NULL, NULL, NULL));
	SAY(SCardEstablishContext(9, NULL, NULL, &c));
	SAY(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &c));
	SAY(SCardIsValidContext(c));
	SAY(SCardIsValidContext(c + 1));
	SAY(SCardIsValidContext(0));
	SAY(SCardCancel(c));
	SAY(SCardCancel(0));
	SAY(SCardReleaseContext(0));
	SAY(SCardReleaseContext(c));
	SAY(SCardReleaseContext(c));
	SAY(SCardIsValidContext(c));
	event = SCardAccessStartedEvent();
	number("started", event == NULL ? 99 : WaitForSingleObject(event, 0));
	SCardReleaseStartedEvent();
}

static void readers(void)
{
	char list[512], *found = NULL;
	WCHAR wide_list[512], *wide_found = NULL;
	DWORD length;
	open_context();
	SAY(SCardListReadersA(context, NULL, list, NULL));
	length = 0;
	SAY(SCardListReadersA(context, NULL, NULL, &length));
	number("length", length);
	length -= 1;
	SAY(SCardListReadersA(context, NULL, list, &length));
	number("length", length);
	SAY(SCardListReadersA(context, NULL, list, &length));
	names("readers", list, length);
	length = 512;
	SAY(SCardListReadersW(context, NULL, wide_list, &length));
	wide_names("readers", wide_list, length);
	length = SCARD_AUTOALLOCATE;
	SAY(SCardListReadersA(context, NULL, (char *)&found, &length));
	names("readers", found, length);
	SAY(SCardFreeMemory(context, found));
	length = SCARD_AUTOALLOCATE;
	SAY(SCardListReadersW(context, NULL, (WCHAR *)&wide_found, &length));
	wide_names("readers", wide_found, length);
	SAY(SCardFreeMemory(context, wide_found));
	length = SCARD_AUTOALLOCATE;
	SAY(SCardListReadersA(0, NULL, (char *)&found, &length));
	SAY(SCardFreeMemory(0, found));
	length = sizeof list;
	SAY(SCardListReadersA(context, "SCard$DefaultReaders\0", list, &length));
	length = sizeof list;
	SAY(SCardListReadersA(context, "No such group\0", list, &length));
	SAY(SCardListReadersA(context + 1, NULL, list, &length));
	length = sizeof list;
	SAY(SCardListReaderGroupsA(context, list, &length));
	names("groups", list, length);
	length = 512;
	SAY(SCardListReaderGroupsW(context, wide_list, &length));
	wide_names("groups", wide_list, length);
}

static void connecting(void)
{
	SCARDHANDLE other = 0;
	DWORD protocol = 0;
	open_context();
	SAY(SCardConnectA(context, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_Tx, NULL, &protocol));
	SAY(SCardConnectA(context, NULL, SCARD_SHARE_SHARED, SCARD_PROTOCOL_Tx, &handle, &protocol));
	SAY(SCardConnectA(context, "No such reader", SCARD_SHARE_SHARED, SCARD_PROTOCOL_Tx, &handle, &protocol));
	SAY(SCardConnectA(context + 1, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_Tx, &handle, &protocol));
	SAY(SCardConnectA(context, second, SCARD_SHARE_SHARED, SCARD_PROTOCOL_Tx, &handle, &protocol));
	SAY(SCardConnectA(context, second, SCARD_SHARE_DIRECT, 0, &handle, &protocol));
	number("protocol", protocol);
	SAY(SCardDisconnect(handle, SCARD_LEAVE_CARD));
	SAY(SCardConnectA(context, first, 7, SCARD_PROTOCOL_Tx, &handle, &protocol));
	SAY(SCardConnectA(context, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_Tx, &handle, NULL));
	SAY(SCardDisconnect(handle, SCARD_LEAVE_CARD));
	SAY(SCardConnectW(context, wide, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_Tx, &handle, &protocol));
	number("protocol", protocol);
	SAY(SCardConnectA(context, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_Tx, &other, &protocol));
	SAY(SCardReconnect(handle, SCARD_SHARE_SHARED, SCARD_PROTOCOL_Tx, SCARD_RESET_CARD, NULL));
	SAY(SCardConnectA(context, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_Tx, &other, &protocol));
	SAY(SCardBeginTransaction(handle));
	SAY(SCardEndTransaction(handle, SCARD_LEAVE_CARD));
	SAY(SCardEndTransaction(handle, SCARD_LEAVE_CARD));
	SAY(SCardDisconnect(other, SCARD_RESET_CARD));
	SAY(SCardBeginTransaction(handle));
	SAY(SCardReconnect(handle, SCARD_SHARE_SHARED, SCARD_PROTOCOL_Tx, SCARD_LEAVE_CARD, &protocol));
	SAY(SCardBeginTransaction(handle));
	SAY(SCardDisconnect(handle, SCARD_LEAVE_CARD));
	SAY(SCardDisconnect(handle, SCARD_LEAVE_CARD));
	SAY(SCardDisconnect(0, SCARD_LEAVE_CARD));
}

static void transmitting(void)
{
	BYTE answer[300];
	DWORD length;
	SCARD_IO_REQUEST received = { 0, sizeof received };
	const SCARD_IO_REQUEST *pci, *other;
	open_card();
	number("protocol", active);
	pci = active == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
	other = active == SCARD_PROTOCOL_T0 ? SCARD_PCI_T1 : SCARD_PCI_T0;
	length = sizeof answer;
	SAY(SCardTransmit(handle, pci, select_mf, sizeof select_mf, &received, answer, &length));
	printf("  status %02X%02X, protocol as agreed: %d\n", answer[length - 2], answer[length - 1],
	       received.dwProtocol == active);
	length = sizeof answer;
	SAY(SCardTransmit(handle, pci, challenge, sizeof challenge, NULL, answer, &length));
	number("length", length);
	length = 1;
	SAY(SCardTransmit(handle, pci, challenge, sizeof challenge, NULL, answer, &length));
	length = sizeof answer;
	SAY(SCardTransmit(handle, other, challenge, sizeof challenge, NULL, answer, &length));
	SAY(SCardTransmit(handle, NULL, challenge, sizeof challenge, NULL, answer, &length));
	SAY(SCardTransmit(handle, pci, NULL, 5, NULL, answer, &length));
	SAY(SCardTransmit(handle, pci, challenge, sizeof challenge, NULL, NULL, &length));
	SAY(SCardTransmit(handle, pci, challenge, sizeof challenge, NULL, answer, NULL));
	length = sizeof answer;
	SAY(SCardTransmit(0, pci, challenge, sizeof challenge, NULL, answer, &length));
}

static void statuses(void)
{
	char name[256], *found = NULL;
	WCHAR wide_name[256];
	BYTE atr[36], *atr_found = NULL;
	DWORD length, state, protocol, atr_length;
	open_card();
	length = sizeof name;
	atr_length = sizeof atr;
	SAY(SCardStatusA(handle, name, &length, &state, &protocol, atr, &atr_length));
	names("reader", name, length);
	number("state", state);
	number("protocol", protocol);
	hex("answer to reset", atr, atr_length);
	length = 256;
	SAY(SCardStatusW(handle, wide_name, &length, NULL, NULL, NULL, NULL));
	wide_names("reader", wide_name, length);
	length = atr_length = 0;
	SAY(SCardStatusA(handle, NULL, &length, NULL, NULL, NULL, &atr_length));
	printf("  %lu %lu\n", (unsigned long)length, (unsigned long)atr_length);
	length = 3;
	SAY(SCardStatusA(handle, name, &length, NULL, NULL, NULL, NULL));
	length = atr_length = SCARD_AUTOALLOCATE;
	SAY(SCardStatusA(handle, (char *)&found, &length, NULL, NULL, (BYTE *)&atr_found, &atr_length));
	names("reader", found, length);
	hex("answer to reset", atr_found, atr_length);
	SAY(SCardFreeMemory(context, found));
	SAY(SCardFreeMemory(context, atr_found));
	SAY(SCardStatusA(handle, NULL, NULL, NULL, NULL, NULL, NULL));
	SAY(SCardStatusA(0, NULL, NULL, NULL, NULL, NULL, NULL));
	SAY(SCardConnectA(context, second, SCARD_SHARE_DIRECT, 0, &handle, &active));
	SAY(SCardStatusA(handle, NULL, NULL, &state, &protocol, NULL, NULL));
	number("state", state);
}

static void attributes(void)
{
	BYTE value[300], *found = NULL;
	DWORD length, returned;
	open_card();
	length = sizeof value;
	SAY(SCardGetAttrib(handle, SCARD_ATTR_ATR_STRING, value, &length));
	SAY(SCardGetAttrib(handle, SCARD_ATTR_ATR_STRING, value, NULL));
	length = 0;
	SAY(SCardGetAttrib(handle, SCARD_ATTR_VENDOR_NAME, NULL, &length));
	length = 64;
	SAY(SCardGetAttrib(handle, SCARD_ATTR_VENDOR_NAME, value, &length));
	printf("  %.*s\n", (int)length, value);
	length = SCARD_AUTOALLOCATE;
	SAY(SCardGetAttrib(handle, SCARD_ATTR_DEVICE_FRIENDLY_NAME_A, (BYTE *)&found, &length));
	printf("  %.*s\n", (int)length, (char *)found);
	SAY(SCardFreeMemory(context, found));
	length = sizeof value;
	SAY(SCardGetAttrib(handle, SCARD_ATTR_DEVICE_FRIENDLY_NAME_W, value, &length));
	wide_names("friendly name", (WCHAR *)value, length / 2);
	length = 64;
	SAY(SCardGetAttrib(handle, SCARD_ATTR_CURRENT_PROTOCOL_TYPE, value, &length));
	length = 64;
	SAY(SCardGetAttrib(handle, 0x00020110, value, &length));
	length = 64;
	SAY(SCardGetAttrib(handle, 0x0BADC0DE, value, &length));
	SAY(SCardSetAttrib(handle, 0x0BADC0DE, value, 1));
	SAY(SCardGetAttrib(0, SCARD_ATTR_ATR_STRING, value, &length));
	SAY(SCardControl(handle, CONTROL_CODE(3400), NULL, 0, value, sizeof value, &returned));
	hex("features", value, returned);
	SAY(SCardControl(handle, CONTROL_CODE(3400), NULL, 0, value, sizeof value, NULL));
	SAY(SCardControl(handle, CONTROL_CODE(99), NULL, 0, value, sizeof value, &returned));
	number("returned", returned);
	SAY(SCardControl(0, CONTROL_CODE(3400), NULL, 0, value, sizeof value, &returned));
	number("count", (SAY(SCardGetTransmitCount(handle, &returned)), returned));
}

/* What is kept of cards and readers elsewhere, and not here. */
static void kept(void)
{
	char list[64];
	WCHAR wide_list[64];
	DWORD length = sizeof list;
	GUID id;
	open_context();
	SAY(SCardListCardsA(context, NULL, NULL, 0, list, &length));
	names("cards", list, length);
	length = 64;
	SAY(SCardListCardsW(context, NULL, NULL, 0, wide_list, &length));
	SAY(SCardGetProviderIdA(context, "No such card", &id));
	length = sizeof list;
	SAY(SCardGetCardTypeProviderNameA(context, "No such card", SCARD_PROVIDER_CSP, list, &length));
	SAY(SCardIntroduceReaderA(context, "New", "Device"));
	SAY(SCardForgetReaderA(context, "New"));
	SAY(SCardIntroduceReaderGroupA(context, "Group"));
	SAY(SCardAddReaderToGroupA(context, first, "Group"));
}

static void tell(const SCARD_READERSTATEA *entry)
{
	printf("  event %lX, answer to reset %lu\n", (unsigned long)entry->dwEventState, (unsigned long)entry->cbAtr);
}

static int order(const char *verb)
{
	char line[1024];
	fflush(stdout);
	snprintf(line, sizeof line, "\"\"%s\" %s >nul 2>nul\"", getenv("VIRTUALE"), verb);
	return system(line);
}

static unsigned __stdcall pull(void *unused)
{
	(void)unused;
	Sleep(300);
	order("remove 0");
	return 0;
}

static unsigned __stdcall cancel(void *unused)
{
	(void)unused;
	Sleep(300);
	SCardCancel(context);
	return 0;
}

static HANDLE beside(unsigned (__stdcall *what)(void *))
{
	return (HANDLE)_beginthreadex(NULL, 0, what, NULL, 0, NULL);
}

static void changes(void)
{
	SCARD_READERSTATEA entry = { 0 }, both[2] = { 0 };
	SCARD_READERSTATEW wide_entry = { 0 };
	HANDLE thread;
	DWORD began;
	open_card();
	SAY(SCardGetStatusChangeA(context, 0, NULL, 0));
	entry.szReader = "No such reader";
	SAY(SCardGetStatusChangeA(context, 0, &entry, 1));
	entry.szReader = second;
	SAY(SCardGetStatusChangeA(context, 20000, &entry, 1));
	tell(&entry);
	entry.dwCurrentState = entry.dwEventState & ~SCARD_STATE_CHANGED;
	SAY(SCardGetStatusChangeA(context, 0, &entry, 1));
	began = GetTickCount();
	SAY(SCardGetStatusChangeA(context, 250, &entry, 1));
	printf("  in time: %d\n", GetTickCount() - began >= 230);
	both[0].szReader = first;
	both[1].szReader = "\\\\?PnP?\\Notification";
	SAY(SCardGetStatusChangeA(context, 20000, both, 2));
	tell(&both[0]);
	tell(&both[1]);
	both[0].dwCurrentState = both[0].dwEventState & ~SCARD_STATE_CHANGED;
	both[1].dwCurrentState = both[1].dwEventState & ~SCARD_STATE_CHANGED;
	SAY(SCardGetStatusChangeA(context, 0, both, 2));
	thread = beside(pull);
	SAY(SCardGetStatusChangeA(context, 20000, both, 2));
	tell(&both[0]);
	WaitForSingleObject(thread, INFINITE);
	SAY(SCardStatusA(handle, NULL, NULL, NULL, NULL, NULL, NULL));
	SAY(SCardBeginTransaction(handle));
	SAY(SCardReconnect(handle, SCARD_SHARE_SHARED, SCARD_PROTOCOL_Tx, SCARD_LEAVE_CARD, &active));
	number("inserted", (DWORD)order("insert 0 vitale2-durand"));
	wide_entry.szReader = wide;
	wide_entry.dwCurrentState = SCARD_STATE_EMPTY;
	SAY(SCardGetStatusChangeW(context, 5000, &wide_entry, 1));
	printf("  event %lX, answer to reset %lu\n", wide_entry.dwEventState, wide_entry.cbAtr);
	SAY(SCardConnectW(context, wide, SCARD_SHARE_SHARED, SCARD_PROTOCOL_Tx, &handle, &active));
	thread = beside(cancel);
	SAY(SCardGetStatusChangeA(context, 20000, &entry, 1));
	WaitForSingleObject(thread, INFINITE);
	SAY(SCardIsValidContext(context));
}

static unsigned __stdcall stop(void *unused)
{
	(void)unused;
	Sleep(300);
	order("stop");
	return 0;
}

/* The readers go while they are used. */
static void gone(void)
{
	SCARD_READERSTATEA entry = { 0 };
	SCARDCONTEXT other = 0;
	BYTE answer[16];
	DWORD length = sizeof answer;
	HANDLE thread;
	open_card();
	entry.szReader = second;
	entry.dwCurrentState = SCARD_STATE_EMPTY;
	thread = beside(stop);
	SAY(SCardGetStatusChangeA(context, 20000, &entry, 1));
	WaitForSingleObject(thread, INFINITE);
	SAY(SCardTransmit(handle, SCARD_PCI_T0, challenge, sizeof challenge, NULL, answer, &length));
	SAY(SCardIsValidContext(context));
	SAY(SCardEstablishContext(SCARD_SCOPE_USER, NULL, NULL, &other));
	SAY(SCardReleaseContext(context));
}

/* Where no readers are. */
static void nobody(void)
{
	SCARDCONTEXT c = 0;
	SAY(SCardEstablishContext(SCARD_SCOPE_USER, NULL, NULL, &c));
}

static unsigned __stdcall work(void *unused)
{
	SCARDCONTEXT own;
	SCARDHANDLE card;
	DWORD protocol, good = 0;
	(void)unused;
	if (SCardEstablishContext(SCARD_SCOPE_USER, NULL, NULL, &own) != 0)
		return 0;
	for (int i = 0; i < 50; i++) {
		BYTE answer[300];
		DWORD length = sizeof answer;
		if (SCardConnectA(own, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_Tx, &card, &protocol) == 0 &&
		    SCardBeginTransaction(card) == 0 &&
		    SCardTransmit(card, protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1, select_mf,
		                  sizeof select_mf, NULL, answer, &length) == 0 &&
		    SCardEndTransaction(card, SCARD_LEAVE_CARD) == 0 &&
		    SCardDisconnect(card, SCARD_LEAVE_CARD) == 0)
			good++;
	}
	SCardReleaseContext(own);
	return good;
}

static void threads(void)
{
	HANDLE all[8];
	DWORD good, sum = 0;
	open_context();
	for (int i = 0; i < 8; i++)
		all[i] = beside(work);
	for (int i = 0; i < 8; i++) {
		WaitForSingleObject(all[i], INFINITE);
		GetExitCodeThread(all[i], &good);
		sum += good;
	}
	printf("  %lu of 400\n", (unsigned long)sum);
}

int main(int argc, char **argv)
{
	static const struct { const char *name; void (*run)(void); } parts[] = {
		{ "sizes", sizes }, { "contexts", contexts }, { "readers", readers }, { "connecting", connecting },
		{ "transmitting", transmitting }, { "statuses", statuses }, { "attributes", attributes }, { "kept", kept },
		{ "changes", changes }, { "gone", gone }, { "nobody", nobody }, { "threads", threads },
	};
	for (int i = 1; i < argc; i++)
		for (size_t j = 0; j < sizeof parts / sizeof *parts; j++)
			if (strcmp(argv[i], parts[j].name) == 0) {
				printf("%s\n", parts[j].name);
				parts[j].run();
			}
	printf("done\n");
	return 0;
}
