/*
 * How many commands a second go through a library: speed LIBRARY SECONDS. It selects and reads what everybody may read
 * of a Vitale 2, then reads it again and again.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <winscard.h>

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int count, char **words)
{
	static const BYTE select[] = { 0x00, 0xA4, 0x04, 0x0C, 0x0B, 0xD2, 0x50, 0x00, 0x00, 0x02, 0x56, 0x49, 0x54, 0x41, 0x4C, 0x45 };
	static const BYTE read[] = { 0x00, 0xB0, 0x82, 0x00, 0xC8 };
	void *library = count == 3 ? dlopen(words[1], RTLD_NOW) : NULL;
	if (library == NULL) {
		fprintf(stderr, "speed LIBRARY SECONDS: %s\n", count == 3 ? dlerror() : "two words");
		return 2;
	}
	__typeof__(SCardEstablishContext) *establish = (__typeof__(establish))dlsym(library, "SCardEstablishContext");
	__typeof__(SCardListReaders) *list = (__typeof__(list))dlsym(library, "SCardListReaders");
	__typeof__(SCardConnect) *connect = (__typeof__(connect))dlsym(library, "SCardConnect");
	__typeof__(SCardTransmit) *transmit = (__typeof__(transmit))dlsym(library, "SCardTransmit");
	SCARDCONTEXT context;
	SCARDHANDLE card;
	SCARD_IO_REQUEST protocol = { 0, sizeof protocol };
	char names[4096];
	BYTE answer[300];
	DWORD length = sizeof names, last;
	if (establish(SCARD_SCOPE_SYSTEM, NULL, NULL, &context) != 0 || list(context, NULL, names, &length) != 0 ||
	    connect(context, names, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &card, &protocol.dwProtocol) != 0) {
		fprintf(stderr, "no card\n");
		return 1;
	}
	length = sizeof answer;
	transmit(card, &protocol, select, sizeof select, NULL, answer, &length);
	printf("SELECT %02X%02X\n", answer[length - 2], answer[length - 1]);
	double start = now(), end = start + atof(words[2]), time = start;
	unsigned long commands = 0;
	while (time < end) {
		for (int i = 0; i < 1000; i++, commands++) {
			length = sizeof answer;
			if (transmit(card, &protocol, read, sizeof read, NULL, answer, &length) != 0)
				return 1;
		}
		time = now();
	}
	last = length;
	printf("READ BINARY %lu bytes, %02X%02X: %.0f a second\n", (unsigned long)last - 2, answer[last - 2], answer[last - 1],
	       commands / (time - start));
	return 0;
}
