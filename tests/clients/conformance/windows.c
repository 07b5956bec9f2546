/* What Windows' interface has and pcsc-lite's has not: wide functions, lists of kinds of cards, and some more. They are
 * linked, not loaded: the program is one that finds the library as programs do. */
#include "program.h"

#ifdef _WIN32
#include <stdio.h>

static WCHAR wide[256];

static const WCHAR *wide_first(void)
{
	for (size_t i = 0; i <= strlen(first); i++)
		wide[i] = (WCHAR)first[i];
	return wide;
}

/* Adds names of which each has its end. */
static void note_names(const WCHAR *list, DWORD length)
{
	char names[256];
	for (DWORD i = 0; i < length && i < sizeof names - 1; i++) {
		names[i] = list[i] == 0 ? '!' : (char)list[i];
		names[i + 1] = 0;
	}
	note("%s", length == 0 ? "nothing" : names);
}

static void wide_groups(void)
{
	WCHAR list[64];
	DWORD length = 64;
	gave(SCardListReaderGroupsW(open_context(), list, &length));
	note_names(list, length);
}

static void wide_list(void)
{
	WCHAR list[512];
	DWORD length = 512;
	gave(SCardListReadersW(open_context(), NULL, list, &length));
	note_length(length, strlen(first) + strlen(second) + 3);
	note(wcscmp(list, wide_first()) == 0 ? "the names" : "other names");
}

static void wide_list_found(void)
{
	WCHAR *list = NULL;
	DWORD length = SCARD_AUTOALLOCATE;
	SCARDCONTEXT context = open_context();
	gave(SCardListReadersW(context, NULL, (WCHAR *)&list, &length));
	note(wcscmp(list, wide_first()) == 0 ? "the names" : "other names");
	gave(SCardFreeMemory(context, list));
}

static void wide_connect(void)
{
	SCARDHANDLE card;
	DWORD protocol = 99;
	gave(SCardConnectW(open_context(), wide_first(), SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_Tx, &card, &protocol));
	note_protocol(protocol);
	gave(SCardConnectW(open_context(), L"No such reader", SCARD_SHARE_SHARED, SCARD_PROTOCOL_Tx, &card, &protocol));
}

static void wide_status(void)
{
	WCHAR name[256];
	DWORD length = 256;
	gave(SCardStatusW(open_card(0), name, &length, NULL, NULL, NULL, NULL));
	note_length(length, strlen(first) + 2);
	note(wcscmp(name, wide_first()) == 0 ? "the name" : "another name");
}

static void wide_friendly_name(void)
{
	WCHAR name[256];
	DWORD length = sizeof name;
	gave(SCardGetAttrib(open_card(0), SCARD_ATTR_DEVICE_FRIENDLY_NAME_W, (BYTE *)name, &length));
	note_length(length / 2, strlen(first) + 1);
	note(wcscmp(name, wide_first()) == 0 ? "the name" : "another name");
}

static void wide_change(void)
{
	SCARD_READERSTATEW state = { .szReader = wide_first() };
	gave(SCardGetStatusChangeW(open_context(), 0, &state, 1));
	note_event(state.dwEventState);
	note("ATR of %lu", (unsigned long)state.cbAtr);
}

static void started_event(void)
{
	HANDLE event = SCardAccessStartedEvent();
	note(event == NULL ? "none" : WaitForSingleObject(event, 0) == WAIT_OBJECT_0 ? "it has happened" : "not yet");
	SCardReleaseStartedEvent();
}

static void transmit_count(void)
{
	DWORD count = 99;
	gave(SCardGetTransmitCount(open_card(0), &count));
	note("%lu", (unsigned long)count);
}

static void cards_known(void)
{
	char list[64];
	WCHAR wide_list[64];
	DWORD length = sizeof list;
	SCARDCONTEXT context = open_context();
	gave(SCardListCardsA(context, NULL, NULL, 0, list, &length));
	note("length %lu", (unsigned long)length);
	length = 64;
	gave(SCardListCardsW(context, NULL, NULL, 0, wide_list, &length));
	note("length %lu", (unsigned long)length);
}

static void card_provider(void)
{
	char list[64];
	DWORD length = sizeof list;
	GUID id;
	SCARDCONTEXT context = open_context();
	gave(SCardGetProviderIdA(context, "No such card", &id));
	gave(SCardGetCardTypeProviderNameA(context, "No such card", SCARD_PROVIDER_CSP, list, &length));
}

static void readers_introduced(void)
{
	SCARDCONTEXT context = open_context();
	gave(SCardIntroduceReaderA(context, "New", "Device"));
	gave(SCardForgetReaderA(context, "New"));
	gave(SCardIntroduceReaderGroupA(context, "Group"));
	gave(SCardAddReaderToGroupA(context, first, "Group"));
}

const struct test windows[] = {
	CASE(wide_groups), CASE(wide_list), CASE(wide_list_found), CASE(wide_connect), CASE(wide_status),
	CASE(wide_friendly_name), CASE(wide_change), CASE(started_event), CASE(transmit_count), CASE(cards_known),
	CASE(card_provider), CASE(readers_introduced), { NULL, NULL },
};
#endif
