/* How long a command takes through pcscd: measure READER COUNT. Prints microseconds for a READ BINARY of 200 bytes. */

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <winscard.h>

static const BYTE READ_BINARY[] = {0x00, 0xB0, 0x82, 0x00, 0xC8};

int main(int argc, char **argv)
{
	SCARDCONTEXT context;
	SCARDHANDLE card;
	DWORD protocol, length;
	BYTE answer[258];
	struct timespec begin, end;
	long count, code;

	if (argc != 3 || (count = atol(argv[2])) < 1) {
		fprintf(stderr, "usage: measure READER COUNT\n");
		return 2;
	}
	code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context);
	if (code == SCARD_S_SUCCESS)
		code = SCardConnect(context, argv[1], SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (long done = 0; code == SCARD_S_SUCCESS && done < count; done++) {
		length = sizeof answer;
		code = SCardTransmit(card, protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1, READ_BINARY, sizeof READ_BINARY, NULL, answer, &length);
		if (code == SCARD_S_SUCCESS && length < 2)
			code = SCARD_F_COMM_ERROR;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (code != SCARD_S_SUCCESS) {
		fprintf(stderr, "%s: %s\n", argv[1], pcsc_stringify_error(code));
		return 1;
	}
	printf("%.1f us\n", ((end.tv_sec - begin.tv_sec) * 1e9 + (end.tv_nsec - begin.tv_nsec)) / count / 1e3);
	return 0;
}
