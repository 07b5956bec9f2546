/*
 * Calls the functions of the PC/SC interface rightly and wrongly, and prints what came of it: a line for each case of
 * cases.txt, with nothing in it that differs from run to run or from reader to reader. Lines before it that begin with
 * blanks tell more of it, down to bytes and names: two libraries that print the same of the same readers are the same to
 * programs.
 *
 * program LIBRARY [PART]: all parts, or one. Two readers are needed, the first with a card. REMOVE, INSERT and STOP in
 * the environment are commands that pull the card, bring it back and end the service; without them their cases say
 * nothing. UNPLUG and PLUG take and bring the reader whose name is put behind them, for the part `unplugging`, which is
 * run by its name alone.
 */
#include "program.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>
#ifndef _WIN32
#include <dlfcn.h>
#endif

struct functions pcsc;
char first[256], second[256];
const BYTE challenge[5] = { 0x00, 0x84, 0x00, 0x00, 0x08 };
const BYTE select_root[7] = { 0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00 };

static char line[1024];
static SCARDCONTEXT opened[8];
static int opened_count;

static const struct {
	unsigned long code;
	const char *name;
} names[] = {
	{ 0, "SCARD_S_SUCCESS" },
	{ 6, "ERROR_INVALID_HANDLE" },
	{ 0x80100001, "SCARD_F_INTERNAL_ERROR" },
	{ 0x80100002, "SCARD_E_CANCELLED" },
	{ 0x80100003, "SCARD_E_INVALID_HANDLE" },
	{ 0x80100004, "SCARD_E_INVALID_PARAMETER" },
	{ 0x80100006, "SCARD_E_NO_MEMORY" },
	{ 0x80100008, "SCARD_E_INSUFFICIENT_BUFFER" },
	{ 0x80100009, "SCARD_E_UNKNOWN_READER" },
	{ 0x8010000A, "SCARD_E_TIMEOUT" },
	{ 0x8010000B, "SCARD_E_SHARING_VIOLATION" },
	{ 0x8010000C, "SCARD_E_NO_SMARTCARD" },
	{ 0x8010000D, "SCARD_E_UNKNOWN_CARD" },
	{ 0x8010000F, "SCARD_E_PROTO_MISMATCH" },
	{ 0x80100011, "SCARD_E_INVALID_VALUE" },
	{ 0x80100013, "SCARD_F_COMM_ERROR" },
	{ 0x80100016, "SCARD_E_NOT_TRANSACTED" },
	{ 0x80100017, "SCARD_E_READER_UNAVAILABLE" },
	{ 0x8010001D, "SCARD_E_NO_SERVICE" },
	{ 0x8010001E, "SCARD_E_SERVICE_STOPPED" },
#ifdef _WIN32
	{ 0x80100022, "SCARD_E_UNSUPPORTED_FEATURE" },
#else
	{ 0x8010001F, "SCARD_E_UNSUPPORTED_FEATURE" },
#endif
	{ 0x8010002E, "SCARD_E_NO_READERS_AVAILABLE" },
	{ 0x80100066, "SCARD_W_UNRESPONSIVE_CARD" },
	{ 0x80100067, "SCARD_W_UNPOWERED_CARD" },
	{ 0x80100068, "SCARD_W_RESET_CARD" },
	{ 0x80100069, "SCARD_W_REMOVED_CARD" },
	{ 0x8010006A, "SCARD_W_SECURITY_VIOLATION" },
};

static void add(const char *before, const char *format, va_list values)
{
	size_t length = strlen(line);
	if (length > 0)
		length += snprintf(line + length, sizeof line - length, "%s", before);
	if (length < sizeof line)
		vsnprintf(line + length, sizeof line - length, format, values);
}

static void say(const char *before, const char *format, ...)
{
	va_list values;
	va_start(values, format);
	add(before, format, values);
	va_end(values);
}

void note(const char *format, ...)
{
	va_list values;
	va_start(values, format);
	add(", ", format, values);
	va_end(values);
}

const char *name_of(LONG code)
{
	static char other[9];
	unsigned long number = (unsigned long)code & 0xFFFFFFFF;
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].code == number)
			return names[i].name;
	snprintf(other, sizeof other, "%08lX", number);
	return other;
}

void gave(LONG code) { say("; ", "%s", name_of(code)); }

void detail(const char *format, ...)
{
	va_list values;
	printf("    ");
	va_start(values, format);
	vprintf(format, values);
	va_end(values);
	printf("\n");
}

void detail_bytes(const char *what, const void *bytes, DWORD length)
{
	printf("    %s, %lu:", what, (unsigned long)length);
	for (DWORD i = 0; bytes != NULL && length <= 4096 && i < length; i++)
		printf(" %02X", ((const unsigned char *)bytes)[i]);
	printf("\n");
}

static struct {
	LONG code;
	int count;
} tallied[8];

void tally(LONG code, const char *format, ...)
{
	va_list values;
	unsigned i = 0;
	printf("    ");
	va_start(values, format);
	vprintf(format, values);
	va_end(values);
	printf(": %s\n", name_of(code));
	while (i < 7 && tallied[i].count > 0 && tallied[i].code != code)
		i++;
	tallied[i].code = code;
	tallied[i].count++;
}

void note_tally(void)
{
	for (unsigned i = 0; i < 8 && tallied[i].count > 0; i++) {
		say("; ", "%d times %s", tallied[i].count, name_of(tallied[i].code));
		tallied[i].count = 0;
	}
}

void note_protocol(DWORD protocol)
{
	static const char *const words[] = { "no protocol", "T=0", "T=1", "both", "raw" };
	if (protocol < sizeof words / sizeof *words)
		note("%s", words[protocol]);
	else
		note("protocol %lX", (unsigned long)protocol);
}

void note_event(DWORD event)
{
	note("%04lX", (unsigned long)event & 0xFFFF);
}

void note_length(DWORD found, DWORD expected)
{
	if (found == expected)
		note("the length");
	else
		note("length %lu", (unsigned long)found);
}

SCARDCONTEXT open_context(void)
{
	SCARDCONTEXT context;
	if (pcsc.establish(SCARD_SCOPE_SYSTEM, NULL, NULL, &context) != 0 || opened_count == 8) {
		printf("no service\n");
		exit(1);
	}
	opened[opened_count++] = context;
	return context;
}

SCARDHANDLE open_as(SCARDCONTEXT context, const char *reader, DWORD share, DWORD protocols)
{
	SCARDHANDLE handle = 0;
	DWORD protocol;
	LONG code = pcsc.connect(context, reader, share, protocols, &handle, &protocol);
	if (code == 0)
		return handle;
	note("not opened");
	gave(code);
	return 0;
}

SCARDHANDLE open_card(SCARDCONTEXT context)
{
	return open_as(context == 0 ? open_context() : context, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY);
}

void reset_by_another(void)
{
	DWORD protocol;
	SCARDHANDLE other = open_card(0);
	pcsc.reconnect(other, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_RESET_CARD, &protocol);
	pcsc.disconnect(other, SCARD_LEAVE_CARD);
}

LONG send_challenge(SCARDHANDLE card)
{
	BYTE answer[300];
	DWORD length = sizeof answer;
	return pcsc.transmit(card, pcsc.t0, challenge, sizeof challenge, NULL, answer, &length);
}

LONG status_of(SCARDHANDLE card)
{
	return pcsc.status(card, NULL, NULL, NULL, NULL, NULL, NULL);
}

static pthread_t started[16];
static int started_count;

void start(void *(*act)(void *), void *given)
{
	pthread_create(&started[started_count++], NULL, act, given);
}

void join_all(void)
{
	while (started_count > 0)
		pthread_join(started[--started_count], NULL);
}

long now(void)
{
	struct timeval moment;
	gettimeofday(&moment, NULL);
	return (long)(moment.tv_sec % 100000) * 1000 + moment.tv_usec / 1000;
}

struct work {
	LONG (*act)(void *);
	void *given;
	LONG code;
	volatile int is_done;
};

static void *do_work(void *given)
{
	struct work *work = given;
	work->code = work->act(work->given);
	work->is_done = 1;
	return NULL;
}

void meanwhile(SCARDHANDLE holder, LONG (*act)(void *), void *given)
{
	struct work work = { act, given, 0, 0 };
	pthread_t thread;
	LONG begun = pcsc.begin(holder);
	if (begun != 0) {
		note("no transaction");
		gave(begun);
		return;
	}
	pthread_create(&thread, NULL, do_work, &work);
	usleep(400000);
	int was_done = work.is_done;
	LONG ended = pcsc.end(holder, SCARD_LEAVE_CARD);
	pthread_join(thread, NULL);
	gave(work.code);
	note(was_done ? "at once" : "after its end");
	if (ended != 0)
		gave(ended);
}

int command(const char *variable)
{
	const char *words = getenv(variable);
	if (words == NULL) {
		note("-");
		return 0;
	}
	fflush(stdout);
	if (system(words) != 0)
		note("%s fails", variable);
	return 1;
}

/* A driver may look for its card now and then only. */
void await_card(int is_in)
{
	DWORD wanted = is_in ? SCARD_STATE_PRESENT : SCARD_STATE_EMPTY;
	SCARDCONTEXT context;
	SCARD_READERSTATE state = { .szReader = first };
	if (pcsc.establish(SCARD_SCOPE_SYSTEM, NULL, NULL, &context) != 0)
		return;
	for (int i = 0; i < 40; i++) {
		LONG code = pcsc.change(context, i == 0 ? 0 : 500, &state, 1);
		if (state.dwEventState & wanted)
			break;
		if (code != 0)
			usleep(100000);
		state.dwCurrentState = state.dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
	}
	pcsc.release(context);
}

static void find_readers(void)
{
	SCARDCONTEXT context = open_context();
	char list[256];
	DWORD length = sizeof list;
	if (pcsc.list(context, NULL, list, &length) != 0 || list[0] == 0 || list[strlen(list) + 1] == 0) {
		printf("two readers are needed\n");
		exit(1);
	}
	snprintf(first, sizeof first, "%s", list);
	snprintf(second, sizeof second, "%s", list + strlen(list) + 1);
}

/* What a case left behind, such as a protocol that was agreed on, is gone with a reset. */
static void reset_card(void)
{
	SCARDHANDLE card = 0;
	DWORD protocol;
	if (pcsc.connect(open_context(), first, SCARD_SHARE_DIRECT, 0, &card, &protocol) == 0)
		pcsc.disconnect(card, SCARD_RESET_CARD);
}

static void close_all(void)
{
	while (opened_count > 0)
		pcsc.release(opened[--opened_count]);
}

#ifdef _WIN32
#define FIND(library, name) (void *)GetProcAddress(library, name)
#else
#define FIND(library, name) dlsym(library, name)
#endif
/* The name as it is after macros: Windows has two functions for some. */
#define TEXT_OF(name) #name
#define NAME_OF(name) TEXT_OF(name)
#define LOAD(field, name) pcsc.field = (__typeof__(pcsc.field))FIND(library, NAME_OF(name)); found &= pcsc.field != NULL

#ifdef _WIN32
static HMODULE library;
#define OPEN(path) LoadLibraryA(path)
#else
static void *library;
#define OPEN(path) dlopen(path, RTLD_NOW)
#endif

static int load(const char *path)
{
	int found = 1;
	library = OPEN(path);
	if (library == NULL)
		return 0;
	LOAD(establish, SCardEstablishContext);
	LOAD(release, SCardReleaseContext);
	LOAD(is_valid, SCardIsValidContext);
	LOAD(connect, SCardConnect);
	LOAD(reconnect, SCardReconnect);
	LOAD(disconnect, SCardDisconnect);
	LOAD(begin, SCardBeginTransaction);
	LOAD(end, SCardEndTransaction);
	LOAD(status, SCardStatus);
	LOAD(change, SCardGetStatusChange);
	LOAD(control, SCardControl);
	LOAD(transmit, SCardTransmit);
	LOAD(groups, SCardListReaderGroups);
	LOAD(list, SCardListReaders);
	LOAD(free, SCardFreeMemory);
	LOAD(cancel, SCardCancel);
	LOAD(get, SCardGetAttrib);
	LOAD(set, SCardSetAttrib);
	LOAD(t0, g_rgSCardT0Pci);
	LOAD(t1, g_rgSCardT1Pci);
	LOAD(raw, g_rgSCardRawPci);
	return found;
}

int main(int count, char **words)
{
	static const struct {
		const char *name;
		const struct test *cases;
	} parts[] = {
		{ "contexts", contexts }, { "connecting", connecting }, { "sharing", sharing }, { "commands", commands },
		{ "readers", readers }, { "unblocked", unblocked }, { "pulling", pulling }, { "removal", removal },
#ifdef _WIN32
		{ "windows", windows },
#else
		{ "unplugging", unplugging },
#endif
		{ "ending", ending },
	};
	if (count < 2 || count > 3 || !load(words[1])) {
		fprintf(stderr, "program LIBRARY [PART]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 4096);
	find_readers();
	close_all();
	for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++)
		for (const struct test *test = parts[i].cases; test->name != NULL; test++) {
			int is_alone = parts[i].cases == unblocked || parts[i].cases == unplugging;
			if (count == 3 ? strcmp(words[2], parts[i].name) != 0 : is_alone)
				continue;
			if (parts[i].cases != pulling)
				bring_back();
			if (parts[i].cases != ending && parts[i].cases != pulling) {
				await_card(1);
				reset_card();
				close_all();
			}
			line[0] = 0;
			test->run();
			printf("%s: %s\n", test->name, line);
			close_all();
		}
	bring_back();
#ifndef _WIN32
	detail("the library is closed: %d", dlclose(library));
#endif
	return 0;
}
