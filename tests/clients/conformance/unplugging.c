/* A reader that is unplugged, and plugged in again: what is told to who waits, and what its name and its handle are good
 * for. These cases are not on the page: of readers that go there is none here but by a relay, which is no pcscd. */
#include "program.h"

#ifndef _WIN32
#include <stdio.h>
#include <unistd.h>

/* Has a reader taken or brought by a command of the environment. */
static void order(const char *variable, const char *reader)
{
	char words[600];
	if (getenv(variable) == NULL) {
		printf("nothing is there for %s\n", variable);
		exit(1);
	}
	snprintf(words, sizeof words, "%s '%s'", getenv(variable), reader);
	fflush(stdout);
	if (system(words) != 0)
		note("%s fails", variable);
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

static void ask(SCARDCONTEXT context, DWORD wait, SCARD_READERSTATE *states, DWORD count)
{
	gave(pcsc.change(context, wait, states, count));
	for (DWORD i = 0; i < count; i++) {
		detail("event %08lX", (unsigned long)states[i].dwEventState);
		detail_bytes("ATR", states[i].rgbAtr, states[i].cbAtr > sizeof states[i].rgbAtr ? 0 : states[i].cbAtr);
		states[i].dwCurrentState = states[i].dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
	}
}

static void detail_names(SCARDCONTEXT context)
{
	char names[300];
	DWORD length = sizeof names;
	gave(pcsc.list(context, NULL, names, &length));
	detail_bytes("readers", names, length);
}

static void goes_and_comes(char *which, const char *other)
{
	SCARDCONTEXT context = open_context();
	SCARD_READERSTATE states[] = { { .szReader = first }, { .szReader = second },
		{ .szReader = "\\\\?PnP?\\Notification" } };
	SCARD_READERSTATE beside[] = { { .szReader = other }, { .szReader = "\\\\?PnP?\\Notification" } };
	SCARDHANDLE handle;
	DWORD protocol;
	open_as(context, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY);
	ask(context, 0, states, 3);
	start(unplug_soon, which);
	ask(context, 20000, states, 3);
	join_all();
	ask(context, 0, states, 3);
	detail_names(context);
	gave(pcsc.connect(context, which, SCARD_SHARE_DIRECT, 0, &handle, &protocol));
	ask(context, 0, beside, 2);
	start(plug_soon, which);
	ask(context, 20000, beside, 2);
	join_all();
	detail_names(context);
}

static void unplugged_empty(void) { goes_and_comes(second, first); }
static void unplugged_card(void) { goes_and_comes(first, second); }

static void unplugged_handle(void)
{
	SCARDCONTEXT context = open_context();
	SCARDHANDLE card = open_card(context);
	BYTE answer[300];
	DWORD length = sizeof answer, protocol;
	gave(status_of(card));
	order("UNPLUG", first);
	gave(status_of(card));
	gave(pcsc.transmit(card, pcsc.t0, select_root, sizeof select_root, NULL, answer, &length));
	note("length %lu", (unsigned long)length);
	length = sizeof answer;
	gave(pcsc.get(card, SCARD_ATTR_ATR_STRING, answer, &length));
	gave(pcsc.control(card, FEATURE_REQUEST, NULL, 0, answer, sizeof answer, &length));
	gave(pcsc.begin(card));
	gave(pcsc.end(card, SCARD_LEAVE_CARD));
	gave(pcsc.reconnect(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD, &protocol));
	gave(pcsc.disconnect(card, SCARD_LEAVE_CARD));
	gave(pcsc.disconnect(card, SCARD_LEAVE_CARD));
	gave(pcsc.release(context));
	gave(pcsc.release(context));
	order("PLUG", first);
}

const struct test unplugging[] = {
	CASE(unplugged_empty), CASE(unplugged_card), CASE(unplugged_handle), { NULL, NULL },
};
#else
const struct test unplugging[] = { { NULL, NULL } };
#endif
