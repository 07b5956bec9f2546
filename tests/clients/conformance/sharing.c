/* Transactions, and what a handle is told of what others did. */
#include "program.h"

static void begin_none(void) { gave(pcsc.begin(0)); }
static void end_none(void) { gave(pcsc.end(0, SCARD_LEAVE_CARD)); }

static void begin_and_end(void)
{
	SCARDHANDLE card = open_card(0);
	gave(pcsc.begin(card));
	gave(pcsc.end(card, SCARD_LEAVE_CARD));
}

static void begin_nested(void)
{
	SCARDHANDLE card = open_card(0);
	pcsc.begin(card);
	gave(pcsc.begin(card));
	gave(pcsc.end(card, SCARD_LEAVE_CARD));
	gave(pcsc.end(card, SCARD_LEAVE_CARD));
	gave(pcsc.end(card, SCARD_LEAVE_CARD));
}

/* What does not end a transaction, between what does. */
static void end_nested(void)
{
	SCARDHANDLE card = open_card(0);
	pcsc.begin(card);
	pcsc.begin(card);
	gave(pcsc.end(card, 4));
	gave(pcsc.end(card, SCARD_LEAVE_CARD));
	gave(pcsc.end(card, SCARD_EJECT_CARD));
	gave(pcsc.end(card, SCARD_LEAVE_CARD));
}

static LONG begin_it(void *given)
{
	SCARDHANDLE card = *(SCARDHANDLE *)given;
	LONG code = pcsc.begin(card);
	if (code == 0)
		code = pcsc.end(card, SCARD_LEAVE_CARD);
	return code;
}

static void begin_in_transaction(void)
{
	SCARDHANDLE other = open_card(0);
	meanwhile(open_card(0), begin_it, &other);
}

static SCARDHANDLE two[2];

static void *begin_one(void *which)
{
	LONG *code = which;
	*code = begin_it(&two[*code % 2]);
	return NULL;
}

/* Eight threads with two handles of one context; those of one handle wait for nobody. */
static void begin_by_many(void)
{
	SCARDCONTEXT context = open_context();
	LONG codes[8];
	two[0] = open_card(context);
	two[1] = open_card(context);
	for (int i = 0; i < 8; i++) {
		codes[i] = i;
		start(begin_one, &codes[i]);
	}
	join_all();
	for (int i = 0; i < 8; i++)
		tally(codes[i], "thread %d", i);
	note_tally();
}

static void *visit(void *count)
{
	SCARDCONTEXT context;
	if (pcsc.establish(SCARD_SCOPE_USER, NULL, NULL, &context) != 0)
		return NULL;
	for (int i = 0; i < 25; i++) {
		SCARDHANDLE card;
		DWORD protocol;
		if (pcsc.connect(context, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &card, &protocol) == 0 &&
		    pcsc.begin(card) == 0 && send_challenge(card) == 0 && pcsc.end(card, SCARD_LEAVE_CARD) == 0 &&
		    pcsc.disconnect(card, SCARD_LEAVE_CARD) == 0)
			++*(int *)count;
	}
	pcsc.release(context);
	return NULL;
}

/* Eight threads, each with all of its own. */
static void visit_by_many(void)
{
	int counts[8] = { 0 }, sum = 0;
	for (int i = 0; i < 8; i++)
		start(visit, &counts[i]);
	join_all();
	for (int i = 0; i < 8; i++)
		sum += counts[i];
	note("%d of 200", sum);
}

/* Both handles are of one context, and so is the thread. */
static void begin_in_own_transaction(void)
{
	SCARDCONTEXT context = open_context();
	SCARDHANDLE other = open_card(context);
	meanwhile(open_card(context), begin_it, &other);
}

static void begin_empty(void)
{
	SCARDHANDLE reader = open_as(open_context(), second, SCARD_SHARE_DIRECT, 0);
	gave(pcsc.begin(reader));
}

static void begin_exclusive(void)
{
	SCARDHANDLE card = open_as(open_context(), first, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY);
	gave(pcsc.begin(card));
	gave(pcsc.end(card, SCARD_LEAVE_CARD));
	gave(pcsc.end(card, SCARD_LEAVE_CARD));
}

static void begin_after_reset(void)
{
	SCARDHANDLE card = open_card(0);
	reset_by_another();
	gave(pcsc.begin(card));
}

static void end_without(void) { gave(pcsc.end(open_card(0), SCARD_LEAVE_CARD)); }

static void end_of_another(void)
{
	SCARDHANDLE holder = open_card(0);
	pcsc.begin(holder);
	SCARDCONTEXT context = open_context();
	SCARDHANDLE reader = open_as(context, second, SCARD_SHARE_DIRECT, 0);
	gave(pcsc.end(reader, SCARD_LEAVE_CARD));
	pcsc.end(holder, SCARD_LEAVE_CARD);
}

static void end_in_transaction_of_another(void)
{
	SCARDHANDLE other = open_card(0), holder = open_card(0);
	pcsc.begin(holder);
	gave(pcsc.end(other, SCARD_LEAVE_CARD));
	pcsc.end(holder, SCARD_LEAVE_CARD);
}

/* Ends a transaction so, and says what the same handle is told next. */
static void end_as(DWORD how)
{
	SCARDHANDLE card = open_card(0);
	pcsc.begin(card);
	gave(pcsc.end(card, how));
	gave(send_challenge(card));
}

static void end_leave(void) { end_as(SCARD_LEAVE_CARD); }
static void end_reset(void) { end_as(SCARD_RESET_CARD); }
static void end_unpower(void) { end_as(SCARD_UNPOWER_CARD); }
static void end_eject(void) { end_as(SCARD_EJECT_CARD); }
static void end_other_way(void) { end_as(4); }

static void end_reset_beside(void)
{
	SCARDHANDLE other = open_card(0), card = open_card(0);
	pcsc.begin(card);
	pcsc.end(card, SCARD_RESET_CARD);
	gave(send_challenge(other));
}

/* Who holds a transaction goes. */
static void end_by_release(void)
{
	SCARDHANDLE other = open_card(0);
	SCARDCONTEXT context = open_context();
	pcsc.begin(open_card(context));
	gave(pcsc.release(context));
	gave(send_challenge(other));
}

static void end_by_disconnect(void)
{
	SCARDHANDLE other = open_card(0), card = open_card(0);
	pcsc.begin(card);
	gave(pcsc.disconnect(card, SCARD_LEAVE_CARD));
	gave(send_challenge(other));
}

static void status_none(void) { gave(status_of(0)); }
static void status_nothing(void) { gave(status_of(open_card(0))); }

#ifdef _WIN32
/* The name of the reader is a list there. */
#define ZEROS 2
#else
#define ZEROS 1
#endif

static void status_with(SCARDHANDLE card, const char *reader, DWORD name_room, DWORD atr_room)
{
	char name[300];
	BYTE atr[64];
	DWORD state = 0xFFFF, protocol = 99, name_given = name_room, atr_given = atr_room;
	memset(name, 'x', sizeof name);
	memset(atr, 0x77, sizeof atr);
	LONG code = pcsc.status(card, name, &name_room, &state, &protocol, atr, &atr_room);
	gave(code);
	note("state %lX", (unsigned long)state & 0xFFFF);
	note_protocol(protocol);
	note_length(name_room, strlen(reader) + ZEROS);
	note("ATR of %lu", (unsigned long)atr_room);
	detail_bytes("name", name, name_given < 8 ? 8 : name_room);
	detail_bytes("ATR", atr, atr_given < 4 ? 4 : atr_room);
}

static void status_all(void) { status_with(open_card(0), first, 300, 64); }
static void status_small_name(void) { status_with(open_card(0), first, 4, 64); }
static void status_small_atr(void) { status_with(open_card(0), first, 300, 2); }
static void status_empty(void) { status_with(open_as(open_context(), second, SCARD_SHARE_DIRECT, 0), second, 300, 64); }

static void status_lengths(void)
{
	DWORD name = 0, atr = 0;
	gave(pcsc.status(open_card(0), NULL, &name, NULL, NULL, NULL, &atr));
	note_length(name, strlen(first) + ZEROS);
	note("ATR of %lu", (unsigned long)atr);
}

/* Rooms without lengths, and lengths of nothing. */
static void status_odd(void)
{
	char name[300];
	BYTE atr[64];
	DWORD length = 0, size = 0;
	SCARDHANDLE card = open_card(0);
	gave(pcsc.status(card, name, NULL, NULL, NULL, atr, NULL));
	gave(pcsc.status(card, name, &length, NULL, NULL, NULL, NULL));
	gave(pcsc.status(card, NULL, NULL, NULL, NULL, atr, &size));
}

static void status_found_nowhere(void)
{
	DWORD length = SCARD_AUTOALLOCATE, size = SCARD_AUTOALLOCATE;
	SCARDHANDLE card = open_card(0);
	gave(pcsc.status(card, NULL, &length, NULL, NULL, NULL, NULL));
	gave(pcsc.status(card, NULL, NULL, NULL, NULL, NULL, &size));
}

static void status_found(void)
{
	char *name = NULL;
	BYTE *atr = NULL;
	DWORD name_length = SCARD_AUTOALLOCATE, atr_length = SCARD_AUTOALLOCATE;
	SCARDCONTEXT context = open_context();
	gave(pcsc.status(open_card(context), (char *)&name, &name_length, NULL, NULL, (BYTE *)&atr, &atr_length));
	note_length(name_length, strlen(first) + ZEROS);
	note("ATR of %lu", (unsigned long)atr_length);
	detail_bytes("name", name, name_length);
	detail_bytes("ATR", atr, atr_length);
	gave(pcsc.free(context, name));
	gave(pcsc.free(context, atr));
}

static void status_without_power(void)
{
	SCARDCONTEXT context = open_context();
	pcsc.disconnect(open_card(0), SCARD_UNPOWER_CARD);
	status_with(open_as(context, first, SCARD_SHARE_DIRECT, 0), first, 300, 64);
}

static void status_after_reset(void)
{
	SCARDHANDLE card = open_card(0);
	reset_by_another();
	gave(status_of(card));
	gave(status_of(card));
}

static LONG status_it(void *card) { return status_of(*(SCARDHANDLE *)card); }
static LONG send_it(void *card) { return send_challenge(*(SCARDHANDLE *)card); }

static void status_in_transaction(void)
{
	SCARDHANDLE other = open_card(0);
	meanwhile(open_card(0), status_it, &other);
}

static void transmit_in_transaction(void)
{
	SCARDHANDLE other = open_card(0);
	meanwhile(open_card(0), send_it, &other);
}

const struct test sharing[] = {
	CASE(begin_none), CASE(begin_and_end), CASE(begin_nested), CASE(begin_in_transaction),
	CASE(begin_in_own_transaction), CASE(begin_by_many), CASE(visit_by_many), CASE(begin_empty),
	CASE(begin_exclusive), CASE(begin_after_reset), CASE(end_none), CASE(end_without), CASE(end_nested),
	CASE(end_of_another), CASE(end_in_transaction_of_another), CASE(end_leave), CASE(end_reset), CASE(end_unpower),
	CASE(end_eject), CASE(end_other_way), CASE(end_reset_beside), CASE(end_by_release), CASE(end_by_disconnect),
	CASE(status_none), CASE(status_nothing), CASE(status_all), CASE(status_small_name), CASE(status_small_atr),
	CASE(status_lengths), CASE(status_odd), CASE(status_found), CASE(status_found_nowhere), CASE(status_empty),
	CASE(status_without_power), CASE(status_after_reset), CASE(status_in_transaction),
	CASE(transmit_in_transaction), { NULL, NULL },
};

/* With PCSCLITE_NO_BLOCKING nobody waits for the transactions of others. */

static void unblocked_in_transaction(LONG (*act)(void *))
{
	SCARDHANDLE other = open_card(0);
	meanwhile(open_card(0), act, &other);
}

static LONG reconnect_it(void *card)
{
	DWORD protocol;
	return pcsc.reconnect(*(SCARDHANDLE *)card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD, &protocol);
}

static void unblocked_reconnect(void) { unblocked_in_transaction(reconnect_it); }
static void unblocked_status(void) { unblocked_in_transaction(status_it); }
static void unblocked_transmit(void) { unblocked_in_transaction(send_it); }
static void unblocked_begin(void) { unblocked_in_transaction(begin_it); }

/* This one waits for ever where it is not told to do otherwise. */
static void unblocked_exclusive(void)
{
	DWORD protocol;
	SCARDHANDLE card = open_card(0);
	open_card(0);
	gave(pcsc.reconnect(card, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD, &protocol));
}

const struct test unblocked[] = {
	CASE(unblocked_reconnect), CASE(unblocked_status), CASE(unblocked_transmit), CASE(unblocked_begin),
	CASE(unblocked_exclusive), { NULL, NULL },
};
