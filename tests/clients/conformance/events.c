/* What readers are like, cards that are pulled, processes that part, and a service that ends. */
#include "program.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
#ifndef _WIN32
#include <sys/wait.h>
#endif

/* The upper half is what counts cards; of the notification of readers it is what later versions count there. */
static void detail_state(const SCARD_READERSTATE *state)
{
	int is_reader = state->szReader == NULL || state->szReader[0] != '\\';
	detail("event %08lX", (unsigned long)state->dwEventState & (is_reader ? 0xFFFFFFFF : 0xFFFF));
	detail_bytes("ATR", state->rgbAtr, state->cbAtr > sizeof state->rgbAtr ? 0 : state->cbAtr);
}

static LONG look(SCARDCONTEXT context, const char *reader, DWORD known, DWORD wait)
{
	SCARD_READERSTATE state = { .szReader = reader, .dwCurrentState = known };
	long began = now();
	LONG code = pcsc.change(context, wait, &state, 1);
	long took = now() - began;
	gave(code);
	note_event(state.dwEventState);
	if (code == (LONG)SCARD_E_TIMEOUT && (took < (long)wait - 5 || took > (long)wait + 2000))
		note("not in time");
	detail_state(&state);
	return code;
}

static void change_nowhere(void) { gave(pcsc.change(open_context(), 0, NULL, 1)); }
static void change_nothing(void) { gave(pcsc.change(open_context(), 0, NULL, 0)); }

/* Two readers at once; of each, how it is. */
static void look_at_both(SCARDCONTEXT context, DWORD wait, SCARD_READERSTATE *both)
{
	both[0].dwEventState = both[1].dwEventState = 0x77;
	gave(pcsc.change(context, wait, both, 2));
	for (int i = 0; i < 2; i++) {
		note_event(both[i].dwEventState);
		detail_state(&both[i]);
	}
}

static void change_beside(const char *reader, DWORD known, DWORD known_first)
{
	SCARD_READERSTATE both[2] = { { .szReader = first, .dwCurrentState = known_first },
		{ .szReader = reader, .dwCurrentState = known } };
	look_at_both(open_context(), 100, both);
}

static void change_both(void) { change_beside(second, 0, 0); }
static void change_beside_ignored(void) { change_beside(second, SCARD_STATE_IGNORE, 0); }
static void change_beside_unknown(void) { change_beside("No such reader", 0, SCARD_STATE_IGNORE); }
static void change_beside_unknown_ignored(void) { change_beside("No such reader", SCARD_STATE_IGNORE, 0); }
static void change_beside_empty_name(void) { change_beside("", 0, 0); }
static void change_beside_notification(void) { change_beside("\\\\?PnP?\\Notification", 0, 0); }

static void change_16(void)
{
	SCARD_READERSTATE states[16] = { { 0 } };
	for (int i = 0; i < 16; i++)
		states[i].szReader = first;
	gave(pcsc.change(open_context(), 0, states, 16));
}

static void change_17(void)
{
	SCARD_READERSTATE states[17] = { { 0 } };
	for (int i = 0; i < 17; i++)
		states[i].szReader = first;
	gave(pcsc.change(open_context(), 0, states, 17));
}

static void change_no_name(void) { look(open_context(), NULL, 0, 0); }
static void change_no_context(void) { look(0, first, 0, 0); }
static void change_unknown(void) { look(open_context(), "No such reader", 0, 0); }
static void change_ignored(void) { look(open_context(), first, SCARD_STATE_IGNORE, 2000); }
static void change_card(void) { look(open_context(), first, SCARD_STATE_UNAWARE, 0); }
static void change_empty(void) { look(open_context(), second, SCARD_STATE_UNAWARE, 0); }
static void change_wrong_belief(void) { look(open_context(), first, SCARD_STATE_EMPTY, 0); }
static void change_unknown_belief(void) { look(open_context(), "No such reader", SCARD_STATE_UNKNOWN, 0); }

/* How a reader is now, as a program says that it knows. */
static DWORD known(SCARDCONTEXT context, const char *reader)
{
	SCARD_READERSTATE state = { .szReader = reader };
	pcsc.change(context, 0, &state, 1);
	return state.dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
}

/* Each bit that a program may say that it knows, also with a count of cards that came and went, and then what is. */
static void change_each(void)
{
	SCARDCONTEXT context = open_context();
	for (DWORD current = 0; current < 0x800; current = current == 0 ? 2 : current * 2)
		for (int i = 0; i < 6; i++) {
			const char *reader = i < 3 ? first : second;
			SCARD_READERSTATE state = { .szReader = reader, .dwEventState = 0xABCD };
			state.dwCurrentState = i % 3 == 0 ? current : i % 3 == 1 ? current | 0x70000 : known(context, reader);
			LONG code = pcsc.change(context, 0, &state, 1);
			tally(code, "a card %d, known %lX: event %08lX", i < 3, (unsigned long)state.dwCurrentState & 0xFFFF,
			      (unsigned long)state.dwEventState);
		}
	note_tally();
}

static void change_known(void)
{
	SCARDCONTEXT context = open_context();
	look(context, first, known(context, first), 0);
}

static void change_waits(void)
{
	SCARDCONTEXT context = open_context();
	look(context, second, known(context, second), 200);
}

static void change_shared(void)
{
	open_card(0);
	look(open_context(), first, SCARD_STATE_UNAWARE, 0);
}

static void change_exclusive(void)
{
	open_as(open_context(), first, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY);
	look(open_context(), first, SCARD_STATE_UNAWARE, 0);
}

/* Handles come, change and go; a handle of a reader without a card. */
static void change_and_back(void)
{
	SCARDCONTEXT context = open_context();
	DWORD protocol, before = known(context, first);
	SCARDHANDLE card = open_card(0);
	look(context, first, before, 0);
	before = known(context, first);
	pcsc.reconnect(card, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD, &protocol);
	look(context, first, before, 0);
	before = known(context, first);
	pcsc.disconnect(card, SCARD_UNPOWER_CARD);
	look(context, first, before, 0);
	open_as(context, second, SCARD_SHARE_DIRECT, 0);
	look(context, second, SCARD_STATE_UNAWARE, 0);
}

static void change_to_shared(void)
{
	SCARDCONTEXT context = open_context();
	DWORD before = known(context, first);
	open_card(0);
	look(context, first, before, 2000);
}

static void change_notification(void) { look(open_context(), "\\\\?PnP?\\Notification", SCARD_STATE_UNAWARE, 200); }
static void change_notification_small(void) { look(open_context(), "\\\\?pnp?\\notification", SCARD_STATE_UNAWARE, 0); }

static void *cancel_soon(void *context)
{
	usleep(300000);
	pcsc.cancel(*(SCARDCONTEXT *)context);
	return NULL;
}

static void cancelled(DWORD wait)
{
	SCARDCONTEXT context = open_context();
	pthread_t thread;
	DWORD before = known(context, second);
	pthread_create(&thread, NULL, cancel_soon, &context);
	look(context, second, before, wait);
	pthread_join(thread, NULL);
	gave(pcsc.is_valid(context));
}

static void change_cancelled(void) { cancelled(INFINITE); }
/* As long as a DWORD can say, which is more than INFINITE where it has 64 bits. */
static void change_cancelled_longest(void) { cancelled((DWORD)-1); }

#ifndef _WIN32
/* A context goes to the child, which the service does not know. What the parent does afterwards is one message: pcscd
 * hangs up between the messages of SCardTransmit on a handle that it refuses, so that its code would be a matter of luck. */
static void fork_and(LONG (*act)(SCARDCONTEXT context, SCARDHANDLE card), LONG (*afterwards)(SCARDHANDLE card))
{
	int ends[2], code = 0;
	SCARDCONTEXT context = open_context();
	SCARDHANDLE card = open_card(context);
	if (pipe(ends) != 0)
		return;
	pid_t child = fork();
	if (child == 0) {
		code = act(context, card);
		_exit(write(ends[1], &code, sizeof code) != sizeof code);
	}
	if (read(ends[0], &code, sizeof code) == sizeof code)
		gave(code);
	waitpid(child, NULL, 0);
	close(ends[0]);
	close(ends[1]);
	gave(afterwards(card));
}

static LONG valid_in_child(SCARDCONTEXT context, SCARDHANDLE card) { return (void)card, pcsc.is_valid(context); }
static LONG send_in_child(SCARDCONTEXT context, SCARDHANDLE card) { return (void)context, send_challenge(card); }

static LONG open_in_child(SCARDCONTEXT context, SCARDHANDLE card)
{
	SCARDCONTEXT own;
	DWORD protocol;
	LONG code = pcsc.establish(SCARD_SCOPE_SYSTEM, NULL, NULL, &own);
	(void)context;
	if (code == 0)
		code = pcsc.connect(own, first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &card, &protocol);
	if (code == 0)
		code = send_challenge(card);
	pcsc.release(own);
	return code;
}

static LONG list_in_child(SCARDCONTEXT context, SCARDHANDLE card)
{
	DWORD length = 0;
	return (void)card, pcsc.list(context, NULL, NULL, &length);
}

static LONG status_in_child(SCARDCONTEXT context, SCARDHANDLE card) { return (void)context, status_of(card); }
static LONG close_in_child(SCARDCONTEXT context, SCARDHANDLE card)
{
	return (void)context, pcsc.disconnect(card, SCARD_LEAVE_CARD);
}
static LONG release_in_child(SCARDCONTEXT context, SCARDHANDLE card) { return (void)card, pcsc.release(context); }
static LONG begin(SCARDHANDLE card) { return pcsc.begin(card); }

static void fork_list(void) { fork_and(list_in_child, send_challenge); }
static void fork_status(void) { fork_and(status_in_child, send_challenge); }
static void fork_disconnect(void) { fork_and(close_in_child, begin); }
static void fork_release(void) { fork_and(release_in_child, begin); }
static void fork_valid(void) { fork_and(valid_in_child, send_challenge); }
static void fork_transmit(void) { fork_and(send_in_child, send_challenge); }
static void fork_open(void) { fork_and(open_in_child, send_challenge); }
#endif

const struct test readers[] = {
	CASE(change_nowhere), CASE(change_nothing), CASE(change_16), CASE(change_17), CASE(change_no_name),
	CASE(change_no_context), CASE(change_unknown), CASE(change_unknown_belief), CASE(change_ignored),
	CASE(change_card), CASE(change_empty), CASE(change_wrong_belief), CASE(change_known), CASE(change_waits),
	CASE(change_shared), CASE(change_exclusive), CASE(change_to_shared), CASE(change_and_back), CASE(change_each),
	CASE(change_both), CASE(change_beside_ignored), CASE(change_beside_unknown),
	CASE(change_beside_unknown_ignored), CASE(change_beside_empty_name), CASE(change_notification),
	CASE(change_notification_small), CASE(change_beside_notification), CASE(change_cancelled),
	CASE(change_cancelled_longest),
#ifndef _WIN32
	CASE(fork_valid), CASE(fork_list), CASE(fork_status), CASE(fork_transmit), CASE(fork_open),
	CASE(fork_disconnect), CASE(fork_release),
#endif
	{ NULL, NULL },
};

/* The card is pulled once; a handle of its own, opened before, is kept for each of these cases. */
static SCARDCONTEXT before[11];
static SCARDHANDLE left[11];
static int used, is_out;

static void pulled(LONG (*act)(SCARDHANDLE card))
{
	if (used == 0 && getenv("REMOVE") != NULL) {
		await_card(1);
		for (int i = 0; i < 11; i++) {
			pcsc.establish(SCARD_SCOPE_SYSTEM, NULL, NULL, &before[i]);
			left[i] = open_as(before[i], first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY);
		}
		is_out = command("REMOVE");
		await_card(0);
	}
	if (is_out)
		gave(act(left[used++]));
	else
		note("-");
}

void bring_back(void)
{
	if (!is_out)
		return;
	is_out = 0;
	command("INSERT");
	await_card(1);
	for (int i = 0; i < 11; i++)
		pcsc.release(before[i]);
}

static LONG begin_it(SCARDHANDLE card) { return pcsc.begin(card); }
static LONG end_it(SCARDHANDLE card) { return pcsc.end(card, SCARD_LEAVE_CARD); }
static LONG disconnect(SCARDHANDLE card) { return pcsc.disconnect(card, SCARD_LEAVE_CARD); }
static LONG disconnect_and_reset(SCARDHANDLE card) { return pcsc.disconnect(card, SCARD_RESET_CARD); }

static LONG reconnect_with(SCARDHANDLE card, DWORD how)
{
	DWORD protocol;
	return pcsc.reconnect(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, how, &protocol);
}

static LONG reconnect(SCARDHANDLE card) { return reconnect_with(card, SCARD_LEAVE_CARD); }
static LONG reconnect_and_reset(SCARDHANDLE card) { return reconnect_with(card, SCARD_RESET_CARD); }

static LONG features(SCARDHANDLE card)
{
	BYTE answer[300];
	DWORD returned;
	return pcsc.control(card, FEATURE_REQUEST, NULL, 0, answer, sizeof answer, &returned);
}

static LONG attribute(SCARDHANDLE card)
{
	BYTE value[264];
	DWORD length = sizeof value;
	return pcsc.get(card, 0x00010100, value, &length);
}

static LONG connect_again(SCARDHANDLE card)
{
	DWORD protocol;
	(void)card;
	return pcsc.connect(open_context(), first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &card, &protocol);
}

static void removed_status(void) { pulled(status_of); }
static void removed_transmit(void) { pulled(send_challenge); }
static void removed_begin(void) { pulled(begin_it); }
static void removed_end(void) { pulled(end_it); }
static void removed_control(void) { pulled(features); }
static void removed_attribute(void) { pulled(attribute); }
static void removed_reconnect(void) { pulled(reconnect); }
static void removed_reconnect_reset(void) { pulled(reconnect_and_reset); }
static void removed_disconnect(void) { pulled(disconnect); }
static void removed_disconnect_reset(void) { pulled(disconnect_and_reset); }
static void removed_connect(void) { pulled(connect_again); }

static void returned_transmit(void)
{
	SCARDHANDLE card = open_card(0);
	if (!command("REMOVE"))
		return;
	await_card(0);
	command("INSERT");
	await_card(1);
	gave(send_challenge(card));
	gave(reconnect(card));
	gave(send_challenge(card));
}

/* A card that is pulled takes the transaction with it. */
static void removed_transaction(void)
{
	SCARDHANDLE holder = open_card(0);
	pcsc.begin(holder);
	if (!command("REMOVE"))
		return;
	await_card(0);
	command("INSERT");
	await_card(1);
	gave(end_it(holder));
	gave(connect_again(0));
}

static void *run_soon(void *variable)
{
	usleep(300000);
	command(variable);
	return NULL;
}

static void removed_event(void)
{
	SCARDCONTEXT context = open_context();
	pthread_t thread;
	DWORD before = known(context, first);
	if (getenv("REMOVE") == NULL) {
		note("-");
		return;
	}
	unsigned long count = (unsigned long)before >> 16;
	pthread_create(&thread, NULL, run_soon, "REMOVE");
	look(context, first, before, 20000);
	pthread_join(thread, NULL);
	before = known(context, first);
	pthread_create(&thread, NULL, run_soon, "INSERT");
	look(context, first, before, 20000);
	pthread_join(thread, NULL);
	note("counted: %lu", ((unsigned long)known(context, first) >> 16) - count);
}

const struct test pulling[] = {
	CASE(removed_status), CASE(removed_transmit), CASE(removed_begin), CASE(removed_end), CASE(removed_control),
	CASE(removed_attribute), CASE(removed_reconnect), CASE(removed_reconnect_reset), CASE(removed_disconnect),
	CASE(removed_disconnect_reset), CASE(removed_connect), { NULL, NULL },
};

const struct test removal[] = {
	CASE(returned_transmit), CASE(removed_transaction), CASE(removed_event), { NULL, NULL },
};

/* The service ends once; all that was opened before is kept for these cases. */
static SCARDCONTEXT idle[7];
static SCARDHANDLE cards[4];
static int is_over;
static LONG waited;

static void *wait_for_change(void *unused)
{
	SCARD_READERSTATE state = { .szReader = second, .dwCurrentState = known(idle[6], second) };
	waited = pcsc.change(idle[6], 20000, &state, 1);
	return unused;
}

static int over(void)
{
	if (is_over)
		return is_over > 0;
	if (getenv("STOP") == NULL) {
		note("-");
		return 0;
	}
	for (int i = 0; i < 7; i++)
		pcsc.establish(SCARD_SCOPE_SYSTEM, NULL, NULL, &idle[i]);
	for (int i = 0; i < 4; i++)
		cards[i] = open_as(idle[i], first, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY);
	start(wait_for_change, NULL);
	usleep(300000);
	is_over = command("STOP");
	join_all();
	return is_over;
}

static void ended_waiting(void)
{
	if (over())
		gave(waited);
}

static void ended_transmit(void)
{
	if (over())
		gave(send_challenge(cards[0]));
}

static void ended_status(void)
{
	if (over())
		gave(status_of(cards[1]));
}

static void ended_disconnect(void)
{
	if (over())
		gave(disconnect(cards[2]));
}

static void ended_reconnect(void)
{
	if (over())
		gave(reconnect(cards[3]));
}

static void ended_valid(void)
{
	if (over())
		gave(pcsc.is_valid(idle[4]));
}

static void ended_change(void)
{
	if (over())
		look(idle[4], first, SCARD_STATE_UNAWARE, 100);
}

static void ended_list(void)
{
	DWORD length = 0;
	if (over())
		gave(pcsc.list(idle[5], NULL, NULL, &length));
}

static void ended_cancel(void)
{
	if (over())
		gave(pcsc.cancel(idle[5]));
}

static void ended_release(void)
{
	if (over()) {
		gave(pcsc.release(idle[5]));
		gave(pcsc.release(idle[5]));
	}
}

static void ended_establish(void)
{
	SCARDCONTEXT context;
	if (over())
		gave(pcsc.establish(SCARD_SCOPE_SYSTEM, NULL, NULL, &context));
}

const struct test ending[] = {
	CASE(ended_waiting), CASE(ended_transmit), CASE(ended_status), CASE(ended_disconnect), CASE(ended_reconnect),
	CASE(ended_valid), CASE(ended_change), CASE(ended_list), CASE(ended_cancel), CASE(ended_release),
	CASE(ended_establish), { NULL, NULL },
};
