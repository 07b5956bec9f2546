/* Commands, control codes and attributes. */
#include "program.h"

#include <pthread.h>
#include <unistd.h>

/* The longest command and the longest answer that go through the interface. */
#define LONGEST 65548

static LONG exchange(SCARDHANDLE card, const SCARD_IO_REQUEST *protocol, const BYTE *bytes, DWORD count)
{
	BYTE answer[300];
	DWORD length = sizeof answer;
	LONG code = pcsc.transmit(card, protocol, bytes, count, NULL, answer, &length);
	gave(code);
	if (code == 0 && length >= 2 && length <= sizeof answer)
		note("%lu bytes, %02X%02X", (unsigned long)length, answer[length - 2], answer[length - 1]);
	else if (length != 0)
		note("length %lu", (unsigned long)length);
	if (code == 0 && bytes == select_root)
		detail_bytes("answer", answer, length);
	return code;
}

static void transmit_none(void) { exchange(0, pcsc.t0, challenge, sizeof challenge); }
static void transmit_right(void) { exchange(open_card(0), pcsc.t0, select_root, sizeof select_root); }
static void transmit_t1(void) { exchange(open_card(0), pcsc.t1, challenge, sizeof challenge); }
static void transmit_raw(void) { exchange(open_card(0), pcsc.raw, select_root, sizeof select_root); }

static void transmit_other_protocol(void)
{
	SCARD_IO_REQUEST protocol = { 17, sizeof protocol };
	exchange(open_card(0), &protocol, challenge, sizeof challenge);
}

static void transmit_no_protocol(void)
{
	BYTE answer[300];
	DWORD length = sizeof answer;
	gave(pcsc.transmit(open_card(0), NULL, challenge, sizeof challenge, NULL, answer, &length));
}

static void transmit_no_command(void)
{
	BYTE answer[300];
	DWORD length = sizeof answer;
	gave(pcsc.transmit(open_card(0), pcsc.t0, NULL, 5, NULL, answer, &length));
}

static void transmit_no_answer(void)
{
	DWORD length = 300;
	gave(pcsc.transmit(open_card(0), pcsc.t0, challenge, sizeof challenge, NULL, NULL, &length));
}

static void transmit_no_length(void)
{
	BYTE answer[300];
	gave(pcsc.transmit(open_card(0), pcsc.t0, challenge, sizeof challenge, NULL, answer, NULL));
}

static void transmit_small(void)
{
	BYTE answer[300];
	DWORD length = 1;
	gave(pcsc.transmit(open_card(0), pcsc.t0, select_root, sizeof select_root, NULL, answer, &length));
	note("length %lu", (unsigned long)length);
}

static void transmit_no_room(void)
{
	BYTE answer[300];
	DWORD length = 0;
	gave(pcsc.transmit(open_card(0), pcsc.t0, select_root, sizeof select_root, NULL, answer, &length));
	note("length %lu", (unsigned long)length);
}

static void transmit_with_room(DWORD room)
{
	BYTE *answer = calloc(1, 70000);
	DWORD length = room;
	gave(pcsc.transmit(open_card(0), pcsc.t0, select_root, sizeof select_root, NULL, answer, &length));
	note("length %lu", (unsigned long)length);
	free(answer);
}

static void transmit_longest_room(void) { transmit_with_room(LONGEST); }
static void transmit_big_room(void) { transmit_with_room(70000); }

static void transmit_received(void)
{
	BYTE answer[300];
	DWORD length = sizeof answer;
	SCARD_IO_REQUEST received = { 99, sizeof received };
	gave(pcsc.transmit(open_card(0), pcsc.t0, select_root, sizeof select_root, &received, answer, &length));
	note_protocol(received.dwProtocol);
	detail("of %lu bytes", (unsigned long)received.cbPciLength);
}

static void transmit_one_buffer(void)
{
	BYTE both[300];
	DWORD length = sizeof both;
	memcpy(both, select_root, sizeof select_root);
	gave(pcsc.transmit(open_card(0), pcsc.t0, both, sizeof select_root, NULL, both, &length));
	note("%lu bytes, %02X%02X", (unsigned long)length, both[0], both[1]);
}

/* A driver may wait for an answer for ever; then the card has to go. */
struct wait {
	SCARDHANDLE card;
	DWORD count, length;
	LONG code;
	volatile int is_over;
};

static void *send_some(void *given)
{
	struct wait *wait = given;
	BYTE answer[300];
	wait->length = sizeof answer;
	wait->code = pcsc.transmit(wait->card, pcsc.t0, challenge, wait->count, NULL, answer, &wait->length);
	wait->is_over = 1;
	return NULL;
}

static void transmit_few(DWORD count, int seconds)
{
	struct wait wait = { open_card(0), count, 0, 0, 0 };
	pthread_t thread;
	pthread_create(&thread, NULL, send_some, &wait);
	for (int i = 0; i < 100 * seconds && !wait.is_over; i++)
		usleep(10000);
	int has_answer = wait.is_over;
	if (!has_answer) {
		note("no answer until the card is pulled");
		command("REMOVE");
	}
	pthread_join(thread, NULL);
	gave(wait.code);
	note("%lu bytes", (unsigned long)wait.length);
	if (!has_answer)
		command("INSERT");
	await_card(1);
}

static void transmit_0_bytes(void) { transmit_few(0, 2); }
static void transmit_1_byte(void) { transmit_few(1, 10); }
static void transmit_4_bytes(void) { exchange(open_card(0), pcsc.t0, challenge, 4); }

static void transmit_bytes(DWORD count)
{
	BYTE *bytes = calloc(1, count);
	memcpy(bytes, "\x00\xD6\x00\x00\x00\xFF\xFF", 7);
	/* A driver that loses its card by it is seen to have lost it a little later. */
	if (exchange(open_card(0), pcsc.t0, bytes, count) == (LONG)SCARD_E_NOT_TRANSACTED)
		usleep(1500000);
	free(bytes);
	await_card(1);
}

static void transmit_longest(void) { transmit_bytes(65544); }
static void transmit_too_long(void) { transmit_bytes(LONGEST + 1); }

static void transmit_empty(void)
{
	exchange(open_as(open_context(), second, SCARD_SHARE_DIRECT, 0), pcsc.t0, challenge, sizeof challenge);
}

static void transmit_after_reset(void)
{
	SCARDHANDLE card = open_card(0);
	reset_by_another();
	exchange(card, pcsc.t0, challenge, sizeof challenge);
}

static void transmit_direct(void)
{
	pcsc.disconnect(open_card(0), SCARD_RESET_CARD);
	exchange(open_as(open_context(), first, SCARD_SHARE_DIRECT, 0), pcsc.t0, challenge, sizeof challenge);
}

static void transmit_without_power(void)
{
	SCARDHANDLE card = open_card(0), other = open_card(0);
	pcsc.disconnect(other, SCARD_UNPOWER_CARD);
	exchange(card, pcsc.t0, challenge, sizeof challenge);
}

static void control(SCARDHANDLE reader, DWORD code, DWORD room)
{
	BYTE answer[300];
	DWORD returned = 99;
	LONG gives = pcsc.control(reader, code, NULL, 0, answer, room, &returned);
	gave(gives);
	note("%lu bytes", (unsigned long)returned);
	if (gives == 0)
		detail_bytes("answer", answer, returned);
}

static void control_none(void) { control(0, FEATURE_REQUEST, 300); }
static void control_features(void) { control(open_card(0), FEATURE_REQUEST, 300); }
static void control_small(void) { control(open_card(0), FEATURE_REQUEST, 1); }

/* By the code that the features name: a tag, the length 4, and the code with its highest byte first. */
static void control_properties(void)
{
	SCARDHANDLE card = open_card(0);
	BYTE features[300];
	DWORD length = 0, code = 0;
	pcsc.control(card, FEATURE_REQUEST, NULL, 0, features, sizeof features, &length);
	for (DWORD at = 0; at + 6 <= length; at += 6)
		if (features[at] == 0x12)
			code = (DWORD)features[at + 2] << 24 | features[at + 3] << 16 | features[at + 4] << 8 | features[at + 5];
	control(card, code, 300);
}

static void control_unknown(void) { control(open_card(0), 1, 300); }

static void control_no_count(void)
{
	BYTE answer[300];
	gave(pcsc.control(open_card(0), FEATURE_REQUEST, NULL, 0, answer, sizeof answer, NULL));
}

static void control_no_room(void)
{
	DWORD returned = 99;
	gave(pcsc.control(open_card(0), FEATURE_REQUEST, NULL, 0, NULL, 0, &returned));
}

static void control_too_long(void)
{
	BYTE *bytes = calloc(1, LONGEST + 1), answer[300];
	DWORD returned = 99;
	gave(pcsc.control(open_card(0), FEATURE_REQUEST, bytes, LONGEST + 1, answer, sizeof answer, &returned));
	free(bytes);
}

static void control_with_room(DWORD room)
{
	BYTE *answer = calloc(1, room);
	DWORD returned = 99;
	gave(pcsc.control(open_card(0), FEATURE_REQUEST, NULL, 0, answer, room, &returned));
	free(answer);
}

static void control_longest_room(void) { control_with_room(LONGEST); }
static void control_big_room(void) { control_with_room(LONGEST + 1); }

static void control_empty(void)
{
	control(open_as(open_context(), second, SCARD_SHARE_DIRECT, 0), FEATURE_REQUEST, 300);
}

static void control_after_reset(void)
{
	SCARDHANDLE card = open_card(0);
	reset_by_another();
	control(card, FEATURE_REQUEST, 300);
}

static void control_in_transaction(void)
{
	SCARDHANDLE card = open_card(0), holder = open_card(0);
	pcsc.begin(holder);
	control(card, FEATURE_REQUEST, 300);
	pcsc.end(holder, SCARD_LEAVE_CARD);
}

static void get_of(SCARDHANDLE card, DWORD attribute, DWORD room)
{
	BYTE value[300];
	DWORD length = room;
	LONG code = pcsc.get(card, attribute, value, &length);
	gave(code);
	if (code == 0 || length != room)
		note("%lu bytes", (unsigned long)length);
	if (code == 0)
		detail_bytes("value", value, length);
}

/* An attribute whose length is of no interest. */
static void get_there(DWORD attribute)
{
	BYTE value[264];
	DWORD length = sizeof value;
	LONG code = pcsc.get(open_card(0), attribute, value, &length);
	gave(code);
	if (code == 0)
		detail_bytes("value", value, length);
}

/* Others that programs ask for, and numbers that are none. */
static void get_each(void)
{
	static const DWORD attributes[] = {
		0x00010101, 0x00030120, 0x00090303, 0x00090304, 0x0007A007, 0x7FFF0001, 0x7FFF0005, 0x7FFF0006, 0x00080201,
		0x00090302, 0, 0xFFFFFFFF,
	};
	SCARDHANDLE card = open_card(0);
	for (unsigned i = 0; i < sizeof attributes / sizeof *attributes; i++) {
		BYTE value[264];
		DWORD length = sizeof value;
		LONG code = pcsc.get(card, attributes[i], value, &length);
		tally(code, "%08lX", (unsigned long)attributes[i]);
		detail_bytes("value", code == 0 ? value : NULL, length);
	}
	note_tally();
}

static void get_none(void) { get_of(0, SCARD_ATTR_ATR_STRING, 264); }
static void get_atr(void) { get_of(open_card(0), SCARD_ATTR_ATR_STRING, 264); }
static void get_small(void) { get_of(open_card(0), SCARD_ATTR_ATR_STRING, 3); }
static void get_unknown(void) { get_there(0x12345678); }
static void get_friendly_name(void) { get_there(0x7FFF0003); }
static void get_system_name(void) { get_there(0x7FFF0004); }
static void get_vendor_name(void) { get_there(0x00010100); }
static void get_vendor_version(void) { get_there(0x00010102); }
static void get_serial_number(void) { get_there(0x00010103); }
static void get_channel(void) { get_there(0x00020110); }
static void get_ifsd(void) { get_there(0x00030125); }
static void get_protocol(void) { get_there(0x00030126); }
static void get_presence(void) { get_there(0x00090300); }
static void get_state(void) { get_there(0x00090301); }

static void get_no_length(void)
{
	BYTE value[264];
	gave(pcsc.get(open_card(0), SCARD_ATTR_ATR_STRING, value, NULL));
}

static void get_length(void)
{
	DWORD length = 0;
	gave(pcsc.get(open_card(0), SCARD_ATTR_ATR_STRING, NULL, &length));
	note("%lu bytes", (unsigned long)length);
}

static void get_with_room(DWORD room)
{
	BYTE value[300];
	DWORD length = room;
	gave(pcsc.get(open_card(0), SCARD_ATTR_ATR_STRING, value, &length));
	detail("length %lu", (unsigned long)length);
}

static void get_no_room(void) { get_with_room(0); }
static void get_longest_room(void) { get_with_room(264); }
static void get_big_room(void) { get_with_room(265); }

static void get_found_nowhere(void)
{
	DWORD length = SCARD_AUTOALLOCATE;
	gave(pcsc.get(open_card(0), SCARD_ATTR_ATR_STRING, NULL, &length));
}

static void get_found(void)
{
	BYTE *value = NULL;
	DWORD length = SCARD_AUTOALLOCATE;
	SCARDCONTEXT context = open_context();
	gave(pcsc.get(open_card(context), SCARD_ATTR_ATR_STRING, (BYTE *)&value, &length));
	note("%lu bytes", (unsigned long)length);
	gave(pcsc.free(context, value));
}

static void get_after_reset(void)
{
	SCARDHANDLE card = open_card(0);
	reset_by_another();
	get_of(card, SCARD_ATTR_ATR_STRING, 264);
}

static void get_in_transaction(void)
{
	SCARDHANDLE card = open_card(0), holder = open_card(0);
	pcsc.begin(holder);
	get_of(card, SCARD_ATTR_ATR_STRING, 264);
	pcsc.end(holder, SCARD_LEAVE_CARD);
}

static void get_empty(void) { get_of(open_as(open_context(), second, SCARD_SHARE_DIRECT, 0), SCARD_ATTR_ATR_STRING, 264); }

static void set_of(SCARDHANDLE card, const BYTE *value, DWORD length)
{
	gave(pcsc.set(card, SCARD_ATTR_ATR_STRING, value, length));
}

static void set_none(void) { set_of(0, challenge, 3); }
static void set_no_value(void) { set_of(open_card(0), NULL, 3); }
static void set_0_bytes(void) { set_of(open_card(0), challenge, 0); }
static void set_atr(void) { set_of(open_card(0), challenge, 3); }

static void set_of_length(DWORD length)
{
	BYTE value[265] = { 0 };
	set_of(open_card(0), value, length);
}

static void set_longest(void) { set_of_length(264); }
static void set_too_long(void) { set_of_length(265); }

const struct test commands[] = {
	CASE(transmit_none), CASE(transmit_no_protocol), CASE(transmit_no_command), CASE(transmit_no_answer),
	CASE(transmit_no_length), CASE(transmit_right), CASE(transmit_t1), CASE(transmit_raw),
	CASE(transmit_other_protocol), CASE(transmit_received), CASE(transmit_one_buffer), CASE(transmit_small),
	CASE(transmit_no_room), CASE(transmit_longest_room), CASE(transmit_big_room), CASE(transmit_4_bytes),
	CASE(transmit_1_byte), CASE(transmit_0_bytes), CASE(transmit_longest), CASE(transmit_too_long),
	CASE(transmit_empty), CASE(transmit_after_reset), CASE(transmit_direct), CASE(transmit_without_power),
	CASE(control_none), CASE(control_features), CASE(control_small), CASE(control_properties),
	CASE(control_unknown), CASE(control_no_count), CASE(control_no_room), CASE(control_too_long),
	CASE(control_longest_room), CASE(control_big_room), CASE(control_empty), CASE(control_after_reset),
	CASE(control_in_transaction), CASE(get_none), CASE(get_no_length), CASE(get_length), CASE(get_atr),
	CASE(get_small), CASE(get_no_room), CASE(get_longest_room), CASE(get_big_room), CASE(get_found),
	CASE(get_found_nowhere), CASE(get_unknown), CASE(get_friendly_name), CASE(get_system_name),
	CASE(get_vendor_name), CASE(get_vendor_version), CASE(get_serial_number), CASE(get_channel), CASE(get_ifsd),
	CASE(get_protocol), CASE(get_presence), CASE(get_state), CASE(get_each), CASE(get_empty),
	CASE(get_after_reset), CASE(get_in_transaction), CASE(set_none), CASE(set_no_value), CASE(set_0_bytes),
	CASE(set_atr), CASE(set_longest), CASE(set_too_long), { NULL, NULL },
};
