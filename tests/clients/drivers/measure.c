/*
 * What a way to a card costs.
 *
 * measure LIBRARY READER SECONDS: how long a READ BINARY of 200 bytes takes, in microseconds, of the first reader whose
 * name begins so. measure LIBRARY READER: waits until a card is in, and prints the length of its answer to reset and how
 * much memory this process has resident, in kB.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <winscard.h>

static const BYTE READ_BINARY[] = { 0x00, 0xB0, 0x82, 0x00, 0xC8 };
#define ANSWER 202

#define FUNCTION(name) static __typeof__(name) *p_##name
FUNCTION(SCardEstablishContext);
FUNCTION(SCardListReaders);
FUNCTION(SCardConnect);
FUNCTION(SCardStatus);
FUNCTION(SCardTransmit);
#define LOAD(name) ((p_##name = (__typeof__(p_##name))dlsym(library, #name)) != NULL)

static SCARDCONTEXT context;
static SCARDHANDLE card;
static DWORD protocol;

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

/* The service may not be there yet, nor the reader, nor the card. */
static int is_open(const char *reader)
{
	char names[4096];
	DWORD length = sizeof names;
	if (context == 0 && p_SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context) != 0)
		return context = 0;
	if (p_SCardListReaders(context, NULL, names, &length) != 0)
		return 0;
	for (char *name = names; *name != 0; name += strlen(name) + 1)
		if (strncmp(name, reader, strlen(reader)) == 0)
			return p_SCardConnect(context, name, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol) == 0;
	return 0;
}

static int send(void)
{
	SCARD_IO_REQUEST pci = { protocol, sizeof pci };
	BYTE answer[258];
	DWORD length = sizeof answer;
	return p_SCardTransmit(card, &pci, READ_BINARY, sizeof READ_BINARY, NULL, answer, &length) == 0 && length == ANSWER;
}

static void print_memory(void)
{
	char line[200];
	FILE *file = fopen("/proc/self/status", "r");
	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, "VmRSS:", 6) == 0)
			printf("%ld\n", atol(line + 6));
}

int main(int argc, char **argv)
{
	void *library = argc == 3 || argc == 4 ? dlopen(argv[1], RTLD_NOW) : NULL;
	if (library == NULL || !(LOAD(SCardEstablishContext) && LOAD(SCardListReaders) && LOAD(SCardConnect) && LOAD(SCardStatus) &&
				 LOAD(SCardTransmit))) {
		fprintf(stderr, "measure LIBRARY READER [SECONDS]: %s\n", argc < 3 ? "words are missing" : dlerror());
		return 2;
	}
	double limit = now() + 20;
	while (!is_open(argv[2])) {
		if (now() > limit) {
			fprintf(stderr, "%s: no card\n", argv[2]);
			return 1;
		}
		usleep(500);
	}
	if (argc == 3) {
		BYTE atr[33];
		DWORD length = sizeof atr;
		if (p_SCardStatus(card, NULL, NULL, NULL, NULL, atr, &length) != 0)
			return 1;
		printf("%lu ", length);
		print_memory();
		return 0;
	}
	/* The time is looked at seldom where a command takes less than looking. */
	long done = 0, batch = 1;
	double seconds = atof(argv[3]), start = now(), last = start, time = start;
	while (time - start < seconds) {
		for (long i = 0; i < batch; i++)
			if (!send()) {
				fprintf(stderr, "%s: no answer of %d bytes\n", argv[2], ANSWER);
				return 1;
			}
		done += batch;
		time = now();
		if (time - last < 1e-3)
			batch *= 2;
		last = time;
	}
	printf("%.3f\n", (time - start) / done * 1e6);
	return 0;
}
