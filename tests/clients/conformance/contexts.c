/* Contexts, memory, and the names of readers. */
#include "program.h"

static void establish(DWORD scope)
{
	SCARDCONTEXT context = 0;
	LONG code = pcsc.establish(scope, NULL, NULL, &context);
	gave(code);
	detail("the context is %s", context == 0 ? "0" : "a number");
	if (code == 0)
		pcsc.release(context);
}

static void establish_nowhere(void) { gave(pcsc.establish(SCARD_SCOPE_SYSTEM, NULL, NULL, NULL)); }
static void establish_user(void) { establish(0); }
static void establish_terminal(void) { establish(1); }
static void establish_system(void) { establish(2); }
static void establish_global(void) { establish(3); }
static void establish_other(void) { establish(4); }

static void valid_open(void) { gave(pcsc.is_valid(open_context())); }
static void valid_none(void) { gave(pcsc.is_valid(0)); }

static void valid_closed(void)
{
	SCARDCONTEXT context = open_context();
	pcsc.release(context);
	gave(pcsc.is_valid(context));
}

static void valid_other(void) { gave(pcsc.is_valid(-1)); }
static void release_none(void) { gave(pcsc.release(0)); }
static void release_other(void) { gave(pcsc.release(4711)); }

static void release_twice(void)
{
	SCARDCONTEXT context = open_context();
	gave(pcsc.release(context));
	gave(pcsc.release(context));
}

static void release_with_handle(void)
{
	SCARDCONTEXT context = open_context();
	SCARDHANDLE card = open_card(context);
	gave(pcsc.release(context));
	gave(status_of(card));
}

static void cancel_none(void) { gave(pcsc.cancel(0)); }
static void cancel_idle(void) { gave(pcsc.cancel(open_context())); }
static void free_none(void) { gave(pcsc.free(0, NULL)); }
static void free_nothing(void) { gave(pcsc.free(open_context(), NULL)); }

/* The only group, with both zeros. */
#define GROUP 22

static void groups_no_context(void)
{
	char list[100];
	DWORD length = sizeof list;
	gave(pcsc.groups(0, list, &length));
}

static void groups_length(void)
{
	DWORD length = 0;
	gave(pcsc.groups(open_context(), NULL, &length));
	note_length(length, GROUP);
}

static void groups_small(void)
{
	char list[100];
	DWORD length = 5;
	gave(pcsc.groups(open_context(), list, &length));
	note_length(length, GROUP);
	length = 0;
	gave(pcsc.groups(open_context(), list, &length));
	note_length(length, GROUP);
}

static void groups_all(void)
{
	char list[100];
	DWORD length = sizeof list;
	gave(pcsc.groups(open_context(), list, &length));
	note_length(length, GROUP);
	note("%s", list);
	detail_bytes("groups", list, length);
}

static void groups_found(void)
{
	char *list = NULL;
	DWORD length = SCARD_AUTOALLOCATE;
	SCARDCONTEXT context = open_context();
	gave(pcsc.groups(context, (char *)&list, &length));
	note_length(length, GROUP);
	detail_bytes("groups", list, length);
	gave(pcsc.free(context, list));
}

static void groups_found_nowhere(void)
{
	DWORD length = SCARD_AUTOALLOCATE;
	gave(pcsc.groups(open_context(), NULL, &length));
}

static DWORD both_names(void) { return strlen(first) + strlen(second) + 3; }

static void list(SCARDCONTEXT context, const char *groups, DWORD room)
{
	char names[4096];
	DWORD length = room;
	LONG code = pcsc.list(context, groups, names, &length);
	gave(code);
	note_length(length, both_names());
	if (code == 0)
		detail_bytes("readers", names, length);
}

static void list_nowhere(void)
{
	char names[100];
	gave(pcsc.list(open_context(), NULL, names, NULL));
}

static void list_no_context(void)
{
	char names[100];
	DWORD length = sizeof names;
	gave(pcsc.list(0, NULL, names, &length));
}

static void list_length(void)
{
	DWORD length = 0;
	gave(pcsc.list(open_context(), NULL, NULL, &length));
	note_length(length, both_names());
}

static void list_closed(void)
{
	SCARDCONTEXT context = open_context();
	DWORD length = 0;
	pcsc.release(context);
	gave(pcsc.list(context, NULL, NULL, &length));
}

static void list_small(void)
{
	list(open_context(), NULL, 5);
	list(open_context(), NULL, 0);
}
static void list_all(void) { list(open_context(), NULL, 4096); }
static void list_default(void) { list(open_context(), "SCard$DefaultReaders\0", 4096); }
static void list_other(void) { list(open_context(), "NoSuchGroup\0", 4096); }

static void list_found(void)
{
	char *names = NULL;
	DWORD length = SCARD_AUTOALLOCATE;
	SCARDCONTEXT context = open_context();
	gave(pcsc.list(context, NULL, (char *)&names, &length));
	note_length(length, both_names());
	detail_bytes("readers", names, length);
	gave(pcsc.free(context, names));
}

/* Where that is refused, the memory stays the right context's. */
static void free_found_none(void)
{
	char *names = NULL;
	DWORD length = SCARD_AUTOALLOCATE;
	SCARDCONTEXT context = open_context();
	pcsc.list(context, NULL, (char *)&names, &length);
	LONG code = pcsc.free(0, names);
	gave(code);
	if (code != 0)
		gave(pcsc.free(context, names));
}

static void list_found_nowhere(void)
{
	DWORD length = SCARD_AUTOALLOCATE;
	gave(pcsc.list(open_context(), NULL, NULL, &length));
}

/* What a program says which protocol by. */
static void blocks(void)
{
	const SCARD_IO_REQUEST *all[] = { pcsc.t0, pcsc.t1, pcsc.raw };
	for (int i = 0; i < 3; i++) {
		note_protocol(all[i]->dwProtocol);
		note_length(all[i]->cbPciLength, sizeof(SCARD_IO_REQUEST));
	}
}

const struct test contexts[] = {
	CASE(establish_nowhere), CASE(establish_user), CASE(establish_terminal), CASE(establish_system),
	CASE(establish_global), CASE(establish_other), CASE(valid_open), CASE(valid_none), CASE(valid_other),
	CASE(valid_closed), CASE(release_none), CASE(release_other), CASE(release_twice), CASE(release_with_handle),
	CASE(cancel_none), CASE(cancel_idle), CASE(free_none), CASE(free_nothing), CASE(free_found_none), CASE(blocks),
	CASE(groups_no_context), CASE(groups_length), CASE(groups_small), CASE(groups_all), CASE(groups_found),
	CASE(groups_found_nowhere), CASE(list_nowhere), CASE(list_no_context), CASE(list_closed), CASE(list_length),
	CASE(list_small), CASE(list_all), CASE(list_default), CASE(list_other), CASE(list_found),
	CASE(list_found_nowhere), { NULL, NULL },
};
