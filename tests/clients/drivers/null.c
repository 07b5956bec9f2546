/*
 * The least that a service of libpcsclite can be: null SOCKET. It speaks the wire of version 4.4, has a reader with a card that
 * is none, and answers each command with the same bytes.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CONNECT = 4, TRANSMIT = 9, VERSION = 0x11, READERS_STATE = 0x12, ESTABLISH = 1 };
enum { HEADER = 8, TRANSMIT_BODY = 32, ANSWER = 202, STATES = 16, STATE = 184 };

struct input {
	int stream;
	size_t filled;
	unsigned char bytes[70000];
};

static uint32_t number(const unsigned char *at)
{
	uint32_t value;
	memcpy(&value, at, sizeof value);
	return value;
}

static void put(unsigned char *at, uint32_t value) { memcpy(at, &value, sizeof value); }

static int fill(struct input *input, size_t wanted)
{
	while (input->filled < wanted) {
		ssize_t count = read(input->stream, input->bytes + input->filled, sizeof input->bytes - input->filled);
		if (count <= 0)
			return 0;
		input->filled += count;
	}
	return 1;
}

static void *serve(void *given)
{
	static _Thread_local struct input input;
	unsigned char answer[TRANSMIT_BODY + ANSWER] = { 0 }, states[STATES * STATE] = { 0 };
	input.stream = (int)(intptr_t)given;
	put(answer + 24, ANSWER);
	memset(answer + TRANSMIT_BODY, 0x90, ANSWER);
	strcpy((char *)states, "Virtuale 00 00");
	put(states + 132, 0x34);
	memcpy(states + 140, "\x3B\x00", 2);
	put(states + 176, 2);
	put(states + 180, 1);
	for (;;) {
		input.filled = 0;
		if (!fill(&input, HEADER))
			break;
		size_t end = HEADER + number(input.bytes);
		uint32_t command = number(input.bytes + 4);
		unsigned char *body = input.bytes + HEADER, *reply = body;
		size_t length = end - HEADER;
		if (end > sizeof input.bytes || !fill(&input, end))
			break;
		if (command == TRANSMIT) {
			if (!fill(&input, end + number(body + 12)))
				break;
			reply = answer, length = sizeof answer;
		} else if (command == READERS_STATE) {
			reply = states, length = sizeof states;
		} else if (command == ESTABLISH) {
			put(body + 4, 1);
		} else if (command == CONNECT) {
			put(body + 140, 1), put(body + 144, 1);
		}
		if (write(input.stream, reply, length) != (ssize_t)length)
			break;
	}
	close(input.stream);
	return NULL;
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) {
		fprintf(stderr, "null SOCKET\n");
		return 2;
	}
	strcpy(address.sun_path, argv[1]);
	if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 8) != 0) {
		perror(argv[1]);
		return 1;
	}
	for (;;) {
		pthread_t thread;
		int stream = accept(listener, NULL, NULL);
		if (stream < 0)
			continue;
		pthread_create(&thread, NULL, serve, (void *)(intptr_t)stream);
		pthread_detach(thread);
	}
}
