/*
 * A program as old billing software is one: it shares readers through GALSS.
 *
 * Its declarations are its own. Compiled with LOADED it looks for the two libraries and their functions when it runs,
 * otherwise it is linked to them. Lengths of messages are numbers of 64 bits here, as some programs have them.
 *
 *   client functions   every function, and what each refuses
 *   client cards       a card that comes and goes ($VIRTUALE), counters, messages that are none
 *   client shared      exclusivities and power between processes, one of which is killed
 *   client threads     several threads at once, on both slots
 *   client hold        opens a session on CPS, takes it for itself, powers the card up, says so, and waits
 *   client alone       what is returned where no readers are
 *   client left        what is returned when the readers go away
 *   client silent      what is returned when they stand still
 *   client send NAME   sends the commands that come as lines of hexadecimal digits, and prints the answers
 */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef unsigned char byte;
typedef unsigned short number;
typedef unsigned long length;

#define FUNCTIONS(F, I)                                                    \
    F(OuvrirSession, (const char *, const char *, number *, byte *))       \
    F(FermerSession, (number, number *))                                   \
    F(DebutExclusivite, (const char *, char *, char *, number *))          \
    F(FinExclusivite, (number))                                            \
    F(EcritContexte, (number, number, const void *, const number *))       \
    F(LitContexte, (number, number, void *, number *))                     \
    F(Echange, (number, number, const byte *, const length *, byte *, length *)) \
    F(LireVersion, (char *, number *, void *))                             \
    F(usDump, (number, number, number *, number *, void *))                \
    I(DonneNombreRessources, (number *))                                   \
    I(DonneTableRessources, (void *, number *))

#ifdef LOADED
#define DECLARE(NAME, PARAMETERS) static number (*NAME) PARAMETERS;
FUNCTIONS(DECLARE, DECLARE)

static void load(void)
{
    void *sessions = dlopen("libgalcllux.so", RTLD_NOW), *resources = dlopen("libgalinlux.so", RTLD_NOW);
    if (!sessions || !resources) {
        fprintf(stderr, "%s\n", dlerror());
        exit(3);
    }
#define FIND(LIBRARY, NAME)                                  \
    if (!(*(void **)&NAME = dlsym(LIBRARY, #NAME))) {        \
        fprintf(stderr, "there is no " #NAME "\n");          \
        exit(3);                                             \
    }
#define FIND_SESSIONS(NAME, PARAMETERS) FIND(sessions, NAME)
#define FIND_RESOURCES(NAME, PARAMETERS) FIND(resources, NAME)
    FUNCTIONS(FIND_SESSIONS, FIND_RESOURCES)
}
#else
#define DECLARE(NAME, PARAMETERS) extern number NAME PARAMETERS;
FUNCTIONS(DECLARE, DECLARE)
static void load(void) {}
#endif

static void check_that(int line, const char *what, long got, long right)
{
    if (got != right) {
        printf("line %d: %s is %04lX, not %04lX\n", line, what, got, right);
        fflush(stdout);
        _exit(1);
    }
}
#define IS(EXPRESSION, RIGHT) check_that(__LINE__, #EXPRESSION, (EXPRESSION), (RIGHT))
#define HOLDS(CONDITION) check_that(__LINE__, #CONDITION, !!(CONDITION), 1)

static number open_session(const char *application, const char *resource, byte *address)
{
    number session = 0;
    IS(OuvrirSession(application, resource, &session, address), 0);
    HOLDS(session);
    return session;
}

static number begin(number session, int level, number *exclusivity)
{
    char wish[16];
    sprintf(wish, "%u:%d", session, level);
    return DebutExclusivite(wish, NULL, NULL, exclusivity);
}

/* A message to a slot: what the function returns; the answer and its length come back. */
static number say(number session, const byte *message, length size, byte *answer, length *room)
{
    *room = 300;
    return Echange(session, 30, message, &size, answer, room);
}

/* A message of up to five bytes, and the answer of which the first three bytes are compared. */
static void ask(int line, number session, byte address, byte command, const byte *rest, length size, int code, int state,
                byte *counter)
{
    byte message[300] = {0, address, command}, answer[300];
    length room;
    memcpy(message + 3, rest, size);
    check_that(line, "Echange", say(session, message, 3 + size, answer, &room), 0);
    check_that(line, "the code", answer[0], code);
    if (state < 0) {
        check_that(line, "the length", room, 1);
        return;
    }
    HOLDS(room >= 3);
    check_that(line, "the state", answer[1], state);
    if (*counter)
        check_that(line, "the counter", answer[2], *counter);
    *counter = answer[2];
}
#define ASK(SESSION, ADDRESS, COMMAND, REST, SIZE, CODE, STATE, COUNTER) \
    ask(__LINE__, SESSION, ADDRESS, COMMAND, REST, SIZE, CODE, STATE, COUNTER)

/* Whether a command is one for data (order 01): those that have none of their own, and whose fifth byte counts what
   comes back. */
static int gives_data(const byte *head, length size)
{
    return size == 5 && (head[1] == 0xB0 || head[1] == 0xB2 || head[1] == 0xC0 || head[1] == 0xCA || head[1] == 0x84);
}

/* A command, with the manners of T=0: the rest is asked for, and a wrong length is put right. Gives the length of the
   answer with the status word at its end. */
static length command(number session, byte address, byte *counter, const byte *head, length size, byte *answer)
{
    byte message[300] = {0, address, gives_data(head, size), *counter}, got[300], next[5];
    length room;
    memcpy(message + 4, head, size);
    IS(say(session, message, 4 + size, got, &room), 0);
    if (got[0] == 0x16) {
        *counter = message[3] = got[2];
        IS(say(session, message, 4 + size, got, &room), 0);
    }
    IS(got[0], 0);
    IS(got[1], 3);
    HOLDS(room >= 5);
    if (got[room - 2] == 0x61 || got[room - 2] == 0x6C) {
        IS(room, 5);
        memcpy(next, head, 4);
        if (got[3] == 0x61)
            memcpy(next, "\x00\xC0\x00\x00", 4);
        next[4] = got[4];
        return command(session, address, counter, next, 5, answer);
    }
    memcpy(answer, got + 3, room - 3);
    return room - 3;
}

static void run(const char *verb)
{
    char line[1000];
    snprintf(line, sizeof line, "\"$VIRTUALE\" %s >/dev/null 2>&1", verb);
    IS(system(line), 0);
}

static const byte SELECT_VITALE[] = {0x00, 0xA4, 0x04, 0x00, 0x0B, 0xD2, 0x50, 0x00,
                                     0x00, 0x02, 0x56, 0x49, 0x54, 0x41, 0x4C, 0x45};

static void functions(void)
{
    number session, other, one, two, count, size;
    byte address = 0, counter = 0, table[1000], context[2000], answer[300], message[] = {0, 2, 0x16};
    char version[4], application[17], resource[9];
    length room, three = 3, none = 0, huge = 1UL << 20;

    /* Resources. */
    IS(DonneNombreRessources(NULL), 0x4000);
    IS(DonneNombreRessources(&count), 0);
    IS(count, 2);
    IS(DonneTableRessources(NULL, &count), 0x4000);
    IS(DonneTableRessources(table, NULL), 0x4000);
    size = 0;
    IS(DonneTableRessources(table, &size), 0x0010);
    size = 1;
    IS(DonneTableRessources(table, &size), 0x0010);
    memset(table, 0x5A, sizeof table);
    IS(DonneTableRessources(table, &count), 0);
    IS(count, 2);
    HOLDS(!memcmp(table, "TRANSPA1\0Vitale\0\0\0\1\1\1\1", 22));
    HOLDS(!memcmp(table + 26, "TRANSPA2\0CPS\0\0\0\0\0\0\2\1\1\1", 22));
    IS(table[52], 0x5A);

    /* Versions: four characters, and entries of eight bytes. */
    count = 16;
    IS(LireVersion(NULL, &count, table), 0x4000);
    IS(LireVersion(version, NULL, table), 0x4000);
    IS(LireVersion(version, &count, NULL), 0x4000);
    size = 1;
    IS(LireVersion(version, &size, table), 0x0010);
    IS(LireVersion(version, &count, table), 0);
    HOLDS(!memcmp(version, "0.01", 4));
    IS(count, 3);
    IS(*(unsigned *)(table + 8), 101);

    /* Sessions. */
    IS(OuvrirSession(NULL, "CPS", &session, &address), 0x4000);
    IS(OuvrirSession("APP", NULL, &session, &address), 0x4000);
    IS(OuvrirSession("APP", "CPS", NULL, &address), 0x4000);
    IS(OuvrirSession("APP", "CPS", &session, NULL), 0x4000);
    IS(OuvrirSession("", "CPS", &session, &address), 0x4000);
    IS(OuvrirSession("12345678901234567", "CPS", &session, &address), 0x4000);
    IS(OuvrirSession("APP", "MAGNETIC", &session, &address), 0x2000);
    session = open_session("1234567890123456", "CPS", &address);
    IS(address, 2);
    IS(OuvrirSession("1234567890123456", "cps", &other, &address), 0x0800);
    IS(OuvrirSession("1234567890123456", "TRANSPA2", &other, &address), 0x0800);
    other = open_session("OTHER", "TRANSPA1", &address);
    IS(address, 1);

    /* Exclusivities. */
    IS(DebutExclusivite(NULL, NULL, NULL, &one), 0x4000);
    IS(DebutExclusivite("1:3", NULL, NULL, NULL), 0x4000);
    IS(DebutExclusivite("1", NULL, NULL, &one), 0x4000);
    IS(DebutExclusivite("65535:4", NULL, NULL, &one), 0x4000);
    IS(DebutExclusivite("65535:3", NULL, NULL, &one), 0x1000);
    IS(begin(session, 3, &one), 0);
    IS(begin(session, 3, &two), 0x0008);
    IS(begin(other, 3, &two), 0);
    IS(FinExclusivite(two), 0);
    sprintf((char *)answer, "%u:1", other);
    memset(resource, 'x', sizeof resource);
    IS(DebutExclusivite((char *)answer, application, resource, &two), 0x0004);
    HOLDS(!strcmp(application, "1234567890123456") && !strcmp(resource, "CPS"));
    IS(FinExclusivite(one), 0);
    IS(FinExclusivite(one), 0x1000);
    IS(begin(other, 1, &two), 0);
    IS(begin(session, 3, &one), 0x0004);
    IS(say(session, message, 3, answer, &room), 0x0004);
    IS(FinExclusivite(two), 0);

    /* Contexts. */
    memset(context, 7, sizeof context);
    for (number place = 1; place <= 2; place++) {
        size = 1076;
        IS(LitContexte(place, session, context, &size), 0x0020);
        IS(EcritContexte(place, session, NULL, &size), 0x4000);
        IS(EcritContexte(place, session, context, NULL), 0x4000);
        IS(EcritContexte(place, session, context, &size), 0);
        size = 0;
        IS(EcritContexte(place, session, context, &size), 0x0010);
        size = 1077;
        IS(EcritContexte(place, session, context, &size), 0x0010);
        size = 1075;
        IS(LitContexte(place, session, context, &size), 0x0010);
        IS(size, 1075);
        memset(context, 0, sizeof context);
        size = 2000;
        IS(LitContexte(place, session, context, &size), 0);
        IS(size, 1076);
        HOLDS(context[0] == 7 && context[1075] == 7 && !context[1076]);
        IS(LitContexte(place, session, NULL, &size), 0x4000);
        IS(LitContexte(place, session, context, NULL), 0x4000);
        IS(LitContexte(place, 999, context, &size), 0x1000);
        IS(EcritContexte(place, 999, context, &size), 0x1000);
        memset(context, 7, sizeof context);
    }
    size = 4;
    IS(EcritContexte(3, session, context, &size), 0x4000);
    IS(LitContexte(0, session, context, &size), 0x4000);

    /* Messages: of the lengths, 32 bits are read and written. */
    room = 300;
    IS(Echange(session, 30, NULL, &three, answer, &room), 0x4000);
    IS(Echange(session, 30, message, NULL, answer, &room), 0x4000);
    IS(Echange(session, 30, message, &three, NULL, &room), 0x4000);
    IS(Echange(session, 30, message, &three, answer, NULL), 0x4000);
    IS(Echange(session, 30, message, &none, answer, &room), 0x0010);
    IS(Echange(session, 30, message, &huge, answer, &room), 0x0010);
    room = 2;
    IS(Echange(session, 30, message, &three, answer, &room), 0x0010);
    IS(room, 2);
    IS(Echange(999, 30, message, &three, answer, &three), 0x1000);
    room = 0xFFFFFFFF00000003UL;
    memset(answer, 0x5A, sizeof answer);
    IS(Echange(session, 30, message, &three, answer, &room), 0);
    IS(room >> 32, 0xFFFFFFFF);
    IS(room & 0xFFFFFFFF, 3);
    IS(answer[3], 0x5A);
    ASK(session, 2, 0x16, NULL, 0, 0, 1, &counter);

    IS(usDump(1, session, &one, &two, NULL), 0x4000);
    IS(usDump(1, session, &one, &two, table), 0x0020);

    IS(FermerSession(session, NULL), 0x4000);
    IS(begin(session, 2, &one), 0);
    IS(FermerSession(session, &two), 0);
    IS(two, one);
    IS(FermerSession(session, &two), 0x1000);
    IS(FermerSession(other, &two), 0);
    IS(two, 0);

    /* No number is left. */
    for (count = 0; count < 300; count++) {
        sprintf(application, "APP%u", count);
        if (OuvrirSession(application, "CPS", &session, &address))
            break;
    }
    IS(OuvrirSession("LAST", "CPS", &session, &address), 0x0002);
    HOLDS(count >= 100);
    puts("functions: all as they should be");
}

static void cards(void)
{
    byte address, counter = 0, answer[300], order[20] = {0};
    number session = open_session("CARDS", "Vitale", &address);
    length size;
    const byte select[] = {0, 0xA4, 0x04, 0x00, 0x00}, stays[] = {1}, other[] = {2}, short_order[] = {1, 0, 0xA4};

    ASK(session, address, 0x16, NULL, 0, 0x00, 1, &counter);
    IS(counter, 1);
    order[0] = counter;
    memcpy(order + 1, select, 5);
    ASK(session, address, 0x00, order, 6, 0x03, 1, &counter);
    ASK(session, address, 0x14, NULL, 0, 0x00, 3, &counter);
    ASK(session, address, 0x16, NULL, 0, 0x00, 3, &counter);
    /* The manners of T=0: 61xx, and GET RESPONSE; a wrong length, and the right one. */
    size = command(session, address, &counter, SELECT_VITALE, sizeof SELECT_VITALE, answer);
    HOLDS(size > 2 && answer[0] == 0x62 && answer[size - 2] == 0x90);
    size = command(session, address, &counter, (const byte *)"\x00\xB0\x82\x00\x01", 5, answer);
    IS(size, 3);
    memcpy(order, "\x01\x00\xCA\x01\x00\x01", 6);
    order[0] = counter;
    order[0]++;
    counter = 0;
    ASK(session, address, 0x00, order, 6, 0x13, 3, &counter);
    memcpy(order + 1, select, 5);
    ASK(session, address, 0x00, order, 6, 0x16, 3, &counter);
    IS(counter, 1);

    ASK(session, address + 1, 0x16, NULL, 0, 0x01, -1, &counter);
    ASK(session, address, 0x77, NULL, 0, 0x02, -1, &counter);
    ASK(session, address, 0x00, short_order, 3, 0x13, 3, &counter);
    ASK(session, address, 0x15, other, 1, 0x13, 3, &counter);

    ASK(session, address, 0x15, NULL, 0, 0x12, 1, &counter);
    ASK(session, address, 0x14, NULL, 0, 0x00, 3, &counter);
    ASK(session, address, 0x15, stays, 1, 0x00, 1, &counter);
    ASK(session, address, 0x14, NULL, 0, 0x00, 3, &counter);

    /* It is pulled, and comes back: another counter each time. */
    run("remove 0");
    counter = 0;
    ASK(session, address, 0x16, NULL, 0, 0x00, 0, &counter);
    IS(counter, 2);
    ASK(session, address, 0x14, NULL, 0, 0x17, 0, &counter);
    order[0] = 1;
    ASK(session, address, 0x00, order, 6, 0x17, 0, &counter);
    ASK(session, address, 0x15, NULL, 0, 0x00, 0, &counter);
    run("insert 0");
    counter = 0;
    ASK(session, address, 0x16, NULL, 0, 0x00, 1, &counter);
    IS(counter, 3);
    order[0] = 1;
    ASK(session, address, 0x00, order, 6, 0x16, 1, &counter);
    ASK(session, address, 0x14, NULL, 0, 0x00, 3, &counter);
    size = command(session, address, &counter, SELECT_VITALE, sizeof SELECT_VITALE, answer);
    HOLDS(size > 2 && answer[0] == 0x62);
    /* A wrong length, and the right one: the card of $LENGTHS refuses to give less than was asked for. */
    run("insert 0 \"$LENGTHS\"");
    counter = 0;
    ASK(session, address, 0x14, NULL, 0, 0x00, 3, &counter);
    command(session, address, &counter, SELECT_VITALE, sizeof SELECT_VITALE, answer);
    IS(command(session, address, &counter, (const byte *)"\x00\xB2\x02\x3C\x29", 5, answer), 0x28 + 2);
    /* A card without T=0 is not supported, and one that does not answer is mute. */
    run("insert 0 vitale2-t1");
    counter = 0;
    ASK(session, address, 0x14, NULL, 0, 0x10, 1, &counter);
    run("insert 0 cps-muette");
    counter = 0;
    ASK(session, address, 0x14, NULL, 0, 0x11, 1, &counter);
    puts("cards: all as they should be");
}

static pid_t start(const char *mode, int *said)
{
    int ends[2];
    IS(pipe(ends), 0);
    pid_t child = fork();
    if (!child) {
        dup2(ends[1], 1);
        close(ends[0]);
        execl("/proc/self/exe", "client", mode, (char *)NULL);
        _exit(9);
    }
    close(ends[1]);
    *said = ends[0];
    return child;
}

static void hold(void)
{
    byte address, counter = 0;
    number exclusivity, session = open_session("HOLDER", "CPS", &address);
    IS(begin(session, 3, &exclusivity), 0);
    ASK(session, address, 0x14, NULL, 0, 0, 3, &counter);
    puts("held");
    fflush(stdout);
    sleep(60);
}

/* Tries to take a slot as programs do: every 100 ms, for as long as somebody else has it. */
static number take(number session, int level, number *exclusivity)
{
    const struct timespec nap = {0, 100000000};
    for (int tries = 0; tries < 250; tries++) {
        number code = begin(session, level, exclusivity);
        if (code != 0x0004)
            return code;
        nanosleep(&nap, NULL);
    }
    return 0x0004;
}

static void shared(void)
{
    byte cps, vitale, counter = 0, message[] = {0, 2, 0x16}, answer[300];
    char line[5] = "", application[17] = "", resource[9] = "", wish[16];
    int said;
    length room;
    number exclusivity, number_of_child, session = open_session("WAITER", "CPS", &cps);
    number other = open_session("WAITER", "Vitale", &vitale);
    pid_t child = start("hold", &said);
    IS(read(said, line, 5), 5);
    HOLDS(!memcmp(line, "held\n", 5));
    IS(OuvrirSession("HOLDER", "CPS", &number_of_child, &cps), 0x0800);
    sprintf(wish, "%u:3", session);
    IS(DebutExclusivite(wish, application, resource, &exclusivity), 0x0004);
    HOLDS(!strcmp(application, "HOLDER") && !strcmp(resource, "CPS"));
    IS(begin(other, 1, &exclusivity), 0x0004);
    IS(begin(other, 3, &exclusivity), 0);
    IS(FinExclusivite(exclusivity), 0);
    IS(say(session, message, 3, answer, &room), 0x0004);
    /* A number of another program means nothing here. */
    for (number_of_child = 1; number_of_child < 20; number_of_child++)
        if (number_of_child != session && number_of_child != other)
            IS(FermerSession(number_of_child, &exclusivity), 0x1000);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    IS(take(session, 3, &exclusivity), 0);
    /* The card forgot what it opened for the one that is dead. */
    ASK(session, cps, 0x16, NULL, 0, 0, 1, &counter);
    ASK(session, cps, 0x14, NULL, 0, 0, 3, &counter);
    IS(OuvrirSession("HOLDER", "CPS", &number_of_child, &cps), 0);
    IS(FinExclusivite(exclusivity), 0);
    /* A program that dies gives back what it had, also where one that was forked off it lives on and has its sockets. */
    child = fork();
    if (!child) {
        number own = open_session("PARENT", "CPS", &cps);
        IS(begin(own, 3, &exclusivity), 0);
        if (!fork()) {
            sleep(3);
            _exit(0);
        }
        _exit(0);
    }
    waitpid(child, NULL, 0);
    for (int tries = 0; tries < 20 && begin(session, 3, &exclusivity); tries++)
        usleep(100000);
    IS(FinExclusivite(exclusivity), 0);
    /* A program that was forked off is another one: what is its parent's is not its own. */
    child = fork();
    if (!child) {
        number own = 0;
        _exit(FermerSession(session, &own) == 0x1000 && OuvrirSession("WAITER", "CPS", &own, &cps) == 0x0800 ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    IS(status, 0);
    /* The card was reset when the one in its exclusivity died. */
    ASK(session, cps, 0x16, NULL, 0, 0, 1, &counter);
    puts("shared: all as they should be");
}

static void *reader(void *which)
{
    char application[17];
    long thread = (long)which;
    byte address, counter = 0, answer[300];
    sprintf(application, "THREAD%ld", thread);
    number exclusivity, session = open_session(application, thread % 2 ? "CPS" : "Vitale", &address);
    for (int round = 0; round < 20; round++) {
        IS(take(session, 3, &exclusivity), 0);
        counter = 0;
        ASK(session, address, 0x14, NULL, 0, 0, 3, &counter);
        length size = command(session, address, &counter, (const byte *)"\x00\xA4\x00\x0C\x02\x3F\x00", 7, answer);
        HOLDS(size >= 2);
        IS(FinExclusivite(exclusivity), 0);
    }
    IS(FermerSession(session, &exclusivity), 0);
    return NULL;
}

static void threads(void)
{
    pthread_t all[8];
    for (long thread = 0; thread < 8; thread++)
        IS(pthread_create(&all[thread], NULL, reader, (void *)thread), 0);
    for (int thread = 0; thread < 8; thread++)
        IS(pthread_join(all[thread], NULL), 0);
    puts("threads: all as they should be");
}

/* No readers: every function says so, and none ends the program. */
static void alone(number code)
{
    number one = 1, count = 16;
    byte address, block[2000];
    length three = 3, room = 300;
    for (int round = 0; round < 2; round++) {
        IS(OuvrirSession("APP", "CPS", &one, &address), code);
        IS(FermerSession(1, &one), code);
        IS(DebutExclusivite("1:3", NULL, NULL, &one), code);
        IS(FinExclusivite(1), code);
        one = 1;
        IS(EcritContexte(1, 1, block, &one), code);
        IS(LitContexte(1, 1, block, &one), code);
        IS(Echange(1, 1, (byte *)"\0\1\x16", &three, block, &room), code);
        IS(LireVersion((char *)block, &count, block), code);
        IS(DonneNombreRessources(&one), code);
        IS(DonneTableRessources(block, &count), code);
    }
    puts("alone: all as they should be");
}

/* The readers go away while a session is open: the next call says so, and does not end the program. */
static void left(void)
{
    byte address, answer[300], message[] = {0, 1, 0x16};
    const struct timespec nap = {0, 20000000};
    length room;
    number code = 0, session = open_session("LEFT", "Vitale", &address);
    puts("open");
    fflush(stdout);
    for (int tries = 0; !code && tries < 1000; tries++) {
        code = say(session, message, 3, answer, &room);
        nanosleep(&nap, NULL);
    }
    IS(code, 0x0200);
    alone(0x0200);
}

/* The readers stand still: that is said after a while, and the session is there when they go on. */
static void silent(void)
{
    byte address, table[100];
    char version[4];
    const struct timespec nap = {0, 100000000};
    number count = 3, exclusivity, session = open_session("SILENT", "Vitale", &address);
    IS(kill(getppid(), SIGSTOP), 0);
    /* A thread that was at work when the signal came may still get so far as to answer. */
    nanosleep(&nap, NULL);
    number code = LireVersion(version, &count, table);
    IS(kill(getppid(), SIGCONT), 0);
    IS(code, 0x0400);
    IS(LireVersion(version, &count, table), 0);
    IS(FermerSession(session, &exclusivity), 0);
    puts("silent: all as they should be");
}

static void send_all(const char *resource)
{
    byte address, counter = 0, answer[300], head[300] = {0};
    number exclusivity, session = open_session("SENDER", resource, &address);
    char line[1000];
    IS(take(session, 3, &exclusivity), 0);
    ASK(session, address, 0x14, NULL, 0, 0, 3, &counter);
    while (fgets(line, sizeof line, stdin)) {
        length size = 0, room;
        unsigned value;
        head[4] = 0;
        for (char *at = line; sscanf(at, "%2x", &value) == 1; at += 2)
            head[size++] = value;
        byte message[300] = {0, address, 0, counter};
        message[2] = gives_data(head, size);
        memcpy(message + 4, head, size < 5 ? 5 : size);
        size = size < 5 ? 5 : size;
        IS(say(session, message, 4 + size, answer, &room), 0);
        IS(answer[0], 0);
        for (length at = 3; at < room; at++)
            printf("%02X", answer[at]);
        puts("");
    }
    IS(FermerSession(session, &exclusivity), 0);
}

int main(int count, char **words)
{
    const char *mode = count > 1 ? words[1] : "";
    load();
    if (!strcmp(mode, "functions"))
        functions();
    else if (!strcmp(mode, "cards"))
        cards();
    else if (!strcmp(mode, "shared"))
        shared();
    else if (!strcmp(mode, "hold"))
        hold();
    else if (!strcmp(mode, "threads"))
        threads();
    else if (!strcmp(mode, "alone"))
        alone(0x0001);
    else if (!strcmp(mode, "left"))
        left();
    else if (!strcmp(mode, "silent"))
        silent();
    else if (!strcmp(mode, "send") && count > 2)
        send_all(words[2]);
    else
        return 2;
    return 0;
}
