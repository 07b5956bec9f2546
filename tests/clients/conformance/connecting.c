/* Handles: opened, opened anew, closed. */
#include "program.h"

#include <unistd.h>

/* Opens a handle, and says with which protocol. */
static void connect_as(SCARDCONTEXT context, const char *reader, DWORD share, DWORD protocols)
{
	SCARDHANDLE handle = 77;
	DWORD protocol = 99;
	LONG code = pcsc.connect(context, reader, share, protocols, &handle, &protocol);
	gave(code);
	if (code == 0)
		note_protocol(protocol);
	else
		detail("protocol %lX, the handle is %s", (unsigned long)protocol,
		       handle == 0 ? "0" : handle == 77 ? "as it was" : "a number");
}

static void connect_card(DWORD share, DWORD protocols) { connect_as(open_context(), first, share, protocols); }

static void connect_nowhere(void)
{
	DWORD protocol;
	gave(pcsc.connect(open_context(), first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, NULL, &protocol));
}

static void connect_no_place(void)
{
	SCARDHANDLE handle;
	gave(pcsc.connect(open_context(), first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &handle, NULL));
}

static void connect_no_context(void) { connect_as(0, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY); }
static void connect_no_name(void) { connect_as(open_context(), NULL, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY); }
static void connect_empty_name(void) { connect_as(open_context(), "", SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY); }
static void connect_unknown(void) { connect_as(open_context(), "No such reader", SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY); }

static void connect_long_name(void)
{
	char name[200];
	memset(name, 'x', sizeof name);
	name[150] = 0;
	connect_as(open_context(), name, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY);
}

/* As long as a name can be, and longer. */
static void connect_longest_names(void)
{
	char name[200];
	SCARDCONTEXT context = open_context();
	for (int length = 126; length < 132; length++) {
		SCARDHANDLE handle;
		DWORD protocol;
		memset(name, 'x', sizeof name);
		name[length] = 0;
		tally(pcsc.connect(context, name, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &handle, &protocol), "%d", length);
	}
	note_tally();
}

/* Each way of sharing with each choice of protocols, those that are none too. */
static void connect_each(void)
{
	SCARDCONTEXT context = open_context();
	for (DWORD share = 0; share < 6; share++)
		for (DWORD wanted = 0; wanted < 16; wanted++) {
			SCARDHANDLE handle = 77;
			DWORD protocol = 99;
			LONG code = pcsc.connect(context, first, share, wanted, &handle, &protocol);
			tally(code, "share %lu, protocols %lX: protocol %lX, the handle is %s", (unsigned long)share,
			      (unsigned long)wanted, (unsigned long)protocol,
			      handle == 0 ? "0" : handle == 77 ? "as it was" : "a number");
			if (code == 0)
				pcsc.disconnect(handle, SCARD_RESET_CARD);
		}
	note_tally();
}

static void connect_shared(void) { connect_card(SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY); }
static void connect_exclusive(void) { connect_card(SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY); }
static void connect_t0(void) { connect_card(SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0); }
static void connect_t1(void) { connect_card(SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1); }
static void connect_raw(void) { connect_card(SCARD_SHARE_SHARED, 4); }
static void connect_any_old(void) { connect_card(SCARD_SHARE_SHARED, 0x1000); }
static void connect_shared_no_protocol(void) { connect_card(SCARD_SHARE_SHARED, 0); }
static void connect_exclusive_no_protocol(void) { connect_card(SCARD_SHARE_EXCLUSIVE, 0); }
static void connect_t15(void) { connect_card(SCARD_SHARE_SHARED, 8); }
static void connect_share_0(void) { connect_card(0, SCARD_PROTOCOL_ANY); }
static void connect_share_4(void) { connect_card(4, SCARD_PROTOCOL_ANY); }
static void connect_share_0_no_protocol(void) { connect_card(0, 0); }
static void connect_empty_shared(void) { connect_as(open_context(), second, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY); }
static void connect_empty_exclusive(void) { connect_as(open_context(), second, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY); }
static void connect_empty_direct(void) { connect_as(open_context(), second, SCARD_SHARE_DIRECT, 0); }
static void connect_empty_no_protocol(void) { connect_as(open_context(), second, SCARD_SHARE_SHARED, 0); }

static void connect_direct_before(void)
{
	pcsc.disconnect(open_card(0), SCARD_RESET_CARD);
	connect_card(SCARD_SHARE_DIRECT, 0);
}

static void connect_direct_after(void)
{
	open_card(0);
	connect_card(SCARD_SHARE_DIRECT, 0);
}

static void connect_direct_protocol(void) { connect_card(SCARD_SHARE_DIRECT, SCARD_PROTOCOL_ANY); }

static void connect_without_power(void)
{
	pcsc.disconnect(open_card(0), SCARD_UNPOWER_CARD);
	connect_card(SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY);
}

static void connect_twice(void)
{
	SCARDCONTEXT context = open_context();
	open_card(context);
	connect_as(context, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY);
}

static void beside_exclusive(DWORD share)
{
	open_as(open_context(), first, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY);
	connect_card(share, SCARD_PROTOCOL_ANY);
}

static void connect_shared_beside_exclusive(void) { beside_exclusive(SCARD_SHARE_SHARED); }
static void connect_direct_beside_exclusive(void) { beside_exclusive(SCARD_SHARE_DIRECT); }

static void connect_exclusive_beside_shared(void)
{
	open_card(0);
	connect_card(SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY);
}

static LONG connect_it(void *context)
{
	SCARDHANDLE handle;
	DWORD protocol;
	return pcsc.connect(*(SCARDCONTEXT *)context, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &handle, &protocol);
}

static void connect_in_transaction(void)
{
	SCARDCONTEXT other = open_context();
	meanwhile(open_card(0), connect_it, &other);
}

static void reconnect_as(SCARDHANDLE card, DWORD share, DWORD protocols, DWORD how)
{
	DWORD protocol = 0;
	LONG code = pcsc.reconnect(card, share, protocols, how, &protocol);
	gave(code);
	if (code == 0)
		note_protocol(protocol);
}

static void again(DWORD share, DWORD protocols, DWORD how) { reconnect_as(open_card(0), share, protocols, how); }

static void reconnect_nowhere(void)
{
	SCARDHANDLE card = open_card(0);
	gave(pcsc.reconnect(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD, NULL));
}

static void reconnect_none(void) { reconnect_as(0, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD); }
static void reconnect_leave(void) { again(SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD); }
static void reconnect_reset(void) { again(SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_RESET_CARD); }
static void reconnect_unpower(void) { again(SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_UNPOWER_CARD); }
static void reconnect_eject(void) { again(SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_EJECT_CARD); }
static void reconnect_other_way(void) { again(SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, 4); }
static void reconnect_t1(void) { again(SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, SCARD_LEAVE_CARD); }
static void reconnect_t1_reset(void) { again(SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, SCARD_RESET_CARD); }
static void reconnect_no_protocol(void) { again(SCARD_SHARE_SHARED, 0, SCARD_LEAVE_CARD); }
static void reconnect_share_0(void) { again(0, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD); }
static void reconnect_share_4(void) { again(4, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD); }
static void reconnect_direct(void) { again(SCARD_SHARE_DIRECT, 0, SCARD_LEAVE_CARD); }
static void reconnect_exclusive(void) { again(SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD); }

static void reconnect_from_exclusive(void)
{
	SCARDHANDLE card = open_as(open_context(), first, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY);
	reconnect_as(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
	gave(pcsc.end(card, SCARD_LEAVE_CARD));
}

/* One handle goes through all that can be asked, whatever came of it before. */
static void reconnect_each(void)
{
	SCARDHANDLE card = open_card(0);
	for (DWORD share = 0; share < 5; share++)
		for (DWORD wanted = 0; wanted < 5; wanted++)
			for (DWORD how = 0; how < 6; how++) {
				DWORD protocol = 99;
				LONG code = pcsc.reconnect(card, share, wanted, how, &protocol);
				tally(code, "share %lu, protocols %lX, disposition %lu: protocol %lX", (unsigned long)share,
				      (unsigned long)wanted, (unsigned long)how, (unsigned long)protocol);
			}
	note_tally();
}

static void reconnect_empty(void)
{
	SCARDHANDLE reader = open_as(open_context(), second, SCARD_SHARE_DIRECT, 0);
	reconnect_as(reader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
}

static void reconnect_empty_direct(void)
{
	SCARDHANDLE reader = open_as(open_context(), second, SCARD_SHARE_DIRECT, 0);
	reconnect_as(reader, SCARD_SHARE_DIRECT, 0, SCARD_LEAVE_CARD);
}

static void reconnect_without_power(void)
{
	SCARDCONTEXT context = open_context();
	pcsc.disconnect(open_card(0), SCARD_UNPOWER_CARD);
	SCARDHANDLE card = open_as(context, first, SCARD_SHARE_DIRECT, 0);
	reconnect_as(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
	BYTE answer[16];
	DWORD length = sizeof answer;
	LONG code = pcsc.transmit(card, pcsc.t0, challenge, sizeof challenge, NULL, answer, &length);
	gave(code);
	/* A driver that takes the loss of its card for an answer is seen to have lost it a little later. */
	if (code == 0 && length == 0)
		usleep(1500000);
	await_card(1);
}

static void reconnect_after_reset(void)
{
	SCARDHANDLE card = open_card(0);
	reset_by_another();
	gave(send_challenge(card));
	reconnect_as(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
	gave(send_challenge(card));
}

static void reconnect_closed(void)
{
	SCARDHANDLE card = open_card(0);
	pcsc.disconnect(card, SCARD_LEAVE_CARD);
	reconnect_as(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD);
}

static void disconnect_as(DWORD how) { gave(pcsc.disconnect(open_card(0), how)); }

static void disconnect_none(void) { gave(pcsc.disconnect(0, SCARD_LEAVE_CARD)); }
static void disconnect_other(void) { gave(pcsc.disconnect(4711, SCARD_LEAVE_CARD)); }
static void disconnect_leave(void) { disconnect_as(SCARD_LEAVE_CARD); }
static void disconnect_reset(void) { disconnect_as(SCARD_RESET_CARD); }
static void disconnect_unpower(void) { disconnect_as(SCARD_UNPOWER_CARD); }
static void disconnect_eject(void) { disconnect_as(SCARD_EJECT_CARD); }
static void disconnect_other_way(void) { disconnect_as(4); }

static void disconnect_twice(void)
{
	SCARDHANDLE card = open_card(0);
	gave(pcsc.disconnect(card, SCARD_LEAVE_CARD));
	gave(pcsc.disconnect(card, SCARD_LEAVE_CARD));
}

static void disconnect_of_another(void)
{
	SCARDHANDLE card = open_card(0);
	reset_by_another();
	gave(pcsc.disconnect(card, SCARD_LEAVE_CARD));
}

static LONG leave_it(void *card) { return pcsc.disconnect(*(SCARDHANDLE *)card, SCARD_LEAVE_CARD); }
static LONG reset_it(void *card) { return pcsc.disconnect(*(SCARDHANDLE *)card, SCARD_RESET_CARD); }

static void disconnect_leave_in_transaction(void)
{
	SCARDHANDLE other = open_card(0);
	meanwhile(open_card(0), leave_it, &other);
}

static void disconnect_reset_in_transaction(void)
{
	SCARDHANDLE other = open_card(0);
	meanwhile(open_card(0), reset_it, &other);
}

const struct test connecting[] = {
	CASE(connect_nowhere), CASE(connect_no_place), CASE(connect_no_context), CASE(connect_no_name),
	CASE(connect_empty_name), CASE(connect_unknown), CASE(connect_long_name), CASE(connect_longest_names),
	CASE(connect_each), CASE(connect_shared), CASE(connect_exclusive), CASE(connect_t0), CASE(connect_t1),
	CASE(connect_raw), CASE(connect_any_old), CASE(connect_shared_no_protocol),
	CASE(connect_exclusive_no_protocol), CASE(connect_t15), CASE(connect_share_0), CASE(connect_share_4),
	CASE(connect_share_0_no_protocol), CASE(connect_empty_shared), CASE(connect_empty_exclusive),
	CASE(connect_empty_direct), CASE(connect_empty_no_protocol), CASE(connect_direct_before),
	CASE(connect_direct_after), CASE(connect_direct_protocol), CASE(connect_without_power), CASE(connect_twice),
	CASE(connect_shared_beside_exclusive), CASE(connect_direct_beside_exclusive),
	CASE(connect_exclusive_beside_shared), CASE(connect_in_transaction), CASE(reconnect_nowhere),
	CASE(reconnect_none), CASE(reconnect_leave), CASE(reconnect_reset), CASE(reconnect_unpower),
	CASE(reconnect_eject), CASE(reconnect_other_way), CASE(reconnect_t1), CASE(reconnect_t1_reset),
	CASE(reconnect_no_protocol), CASE(reconnect_share_0), CASE(reconnect_share_4), CASE(reconnect_direct),
	CASE(reconnect_exclusive), CASE(reconnect_from_exclusive), CASE(reconnect_each), CASE(reconnect_empty),
	CASE(reconnect_empty_direct), CASE(reconnect_without_power), CASE(reconnect_after_reset),
	CASE(reconnect_closed), CASE(disconnect_none),
	CASE(disconnect_other), CASE(disconnect_leave), CASE(disconnect_reset), CASE(disconnect_unpower),
	CASE(disconnect_eject), CASE(disconnect_other_way), CASE(disconnect_twice), CASE(disconnect_of_another),
	CASE(disconnect_leave_in_transaction), CASE(disconnect_reset_in_transaction), { NULL, NULL },
};
