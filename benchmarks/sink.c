/* A mail server that only counts.  usage: sink [DELAY_MS]

   One thread around epoll on 127.0.0.1. It prints its port, takes mail until SIGTERM, then prints
       COUNT FIRST LAST BYTES
   final dots, the moments of the first MAIL and of the last dot (CLOCK_MONOTONIC), the bytes read. All replies to one
   read leave in one write, so it is never what limits a sender that pipelines. With DELAY_MS each
   such write leaves so much later (a round trip); other connections do not wait for it. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <netinet/tcp.h>
#include <time.h>
#include <unistd.h>

enum { TAIL = 4, LINE = 1024, REPLIES = 16384, CHUNK = 1 << 18 };
enum mode { COMMANDS, DATA, CLOSING };

struct connection {
    int fd;
    enum mode mode;
    int waiting;             /* delayed writes not yet made */
    char tail[TAIL];         /* DATA: the bytes before this read, for a dot across two reads */
    size_t line_length;      /* COMMANDS: the same, for a line across two reads */
    char line[LINE];
};

struct late {                /* a write that leaves at `due`; all have one delay, so a list is in order */
    struct late *next;
    double due;
    struct connection *to;
    size_t length;
    char bytes[];
};

static long count, bytes_read;
static double first_mail, last_dot, delay;
static struct late *head, **end = &head;
static int timer;
static volatile sig_atomic_t stopped;

static void stop(int number) { (void)number; stopped = 1; }

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static const char *answer(struct connection *c) {
    static const struct { const char *verb, *reply; } known[] = {
        {"EHLO", "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n"},
        {"HELO", "250 sink\r\n"},
        {"MAIL", "250 2.1.0 Ok\r\n"},
        {"RCPT", "250 2.1.5 Ok\r\n"},
        {"DATA", "354 Go ahead\r\n"},
        {"RSET", "250 2.0.0 Ok\r\n"},
        {"NOOP", "250 2.0.0 Ok\r\n"},
        {"QUIT", "221 2.0.0 Bye\r\n"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strncasecmp(c->line, known[i].verb, 4)) continue;
        if (*known[i].verb == 'M' && !first_mail) first_mail = now();
        if (*known[i].verb == 'D') { c->mode = DATA; memcpy(c->tail, "\0\0\r\n", TAIL); }
        if (*known[i].verb == 'Q') c->mode = CLOSING;
        return known[i].reply;
    }
    return "502 5.5.1 Not known here\r\n";
}

/* Take n bytes of a command line; return how many of them, and the reply once the line is whole. */
static size_t take_line(struct connection *c, const char *p, size_t n, const char **reply) {
    const char *newline = memchr(p, '\n', n);
    size_t taken = newline ? (size_t)(newline - p) + 1 : n;
    size_t room = LINE - 1 - c->line_length, kept = taken < room ? taken : room;
    memcpy(c->line + c->line_length, p, kept);
    c->line[c->line_length += kept] = 0;
    *reply = newline ? answer(c) : "";
    if (newline) c->line_length = 0;
    return taken;
}

/* Take n bytes of a message, before which TAIL bytes may be overwritten; return how many of them. */
static size_t take_data(struct connection *c, char *p, size_t n, const char **reply) {
    memcpy(p - TAIL, c->tail, TAIL);
    const char *dot = memmem(p - TAIL, n + TAIL, "\r\n.\r\n", 5);
    if (dot) {
        count++;
        last_dot = now();
        c->mode = COMMANDS;
        /* A number of its own for each, as a server gives one: no two answers are alike. */
        static char queued[64];
        snprintf(queued, sizeof queued, "250 2.0.0 Ok: queued as %lX\r\n", 0xA000000L + count);
        *reply = queued;
    } else {
        memcpy(c->tail, p + n - TAIL, TAIL);
        *reply = "";
    }
    return dot ? (size_t)(dot + 5 - p) : n;
}

static void arm(void) {
    struct itimerspec at = {0};
    if (head) {
        at.it_value.tv_sec = (time_t)head->due;
        at.it_value.tv_nsec = (long)((head->due - (double)at.it_value.tv_sec) * 1e9) + 1;
    }
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
}

static void deliver(struct connection *c, const char *bytes, size_t length) {
    if (send(c->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)length) c->mode = CLOSING;
}

static void reply(struct connection *c, const char *bytes, size_t length) {
    if (!length) return;
    if (!delay) { deliver(c, bytes, length); return; }
    struct late *l = malloc(sizeof *l + length);
    *l = (struct late){.due = now() + delay, .to = c, .length = length};
    memcpy(l->bytes, bytes, length);
    c->waiting++;
    *end = l;
    end = &l->next;
    if (head == l) arm();
}

static void close_if_done(struct connection *c) {
    if (c->mode != CLOSING || c->waiting) return;
    close(c->fd);
    free(c);
}

static void deliver_late(void) {
    for (struct late *l; (l = head) && l->due <= now();) {
        if (!(head = l->next)) end = &head;
        l->to->waiting--;
        deliver(l->to, l->bytes, l->length);
        close_if_done(l->to);
        free(l);
    }
    arm();
}

static void watch(int epoll, int fd, void *what) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void greet(int epoll, int listener) {
    int fd = accept(listener, NULL, NULL), on = 1;
    if (fd < 0) return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *c = calloc(1, sizeof *c);
    c->fd = fd;
    watch(epoll, fd, c);
    reply(c, "220 sink\r\n", 10);
}

static void serve(int epoll, struct connection *c) {
    static char space[TAIL + CHUNK];
    char replies[REPLIES], *p = space + TAIL;
    size_t length = 0;
    ssize_t n = read(c->fd, p, CHUNK);
    if (n <= 0) {
        epoll_ctl(epoll, EPOLL_CTL_DEL, c->fd, NULL);
        c->mode = CLOSING;
    } else {
        bytes_read += n;
    }
    for (char *stop_at = p + (n > 0 ? n : 0); p < stop_at && c->mode != CLOSING;) {
        const char *said;
        size_t left = (size_t)(stop_at - p);
        p += c->mode == DATA ? take_data(c, p, left, &said) : take_line(c, p, left, &said);
        if (length + strlen(said) > REPLIES) { c->mode = CLOSING; break; }
        length = (size_t)(stpcpy(replies + length, said) - replies);
    }
    reply(c, replies, length);
    close_if_done(c);
}

int main(int argc, char **argv) {
    delay = argc > 1 ? atof(argv[1]) / 1000 : 0;
    struct sigaction act = {.sa_handler = stop};
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGINT, &act, NULL);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM, 0), epoll = epoll_create1(0);
    timer = timerfd_create(CLOCK_MONOTONIC, 0);
    if (bind(listener, (void *)&at, size) || listen(listener, 512) || getsockname(listener, (void *)&at, &size)) {
        perror("sink");
        return 1;
    }
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    watch(epoll, listener, &listener);
    watch(epoll, timer, &timer);
    while (!stopped) {
        struct epoll_event events[128];
        int n = epoll_wait(epoll, events, 128, -1), due = 0;
        for (int i = 0; i < n; i++) {
            void *what = events[i].data.ptr;
            if (what == &listener) greet(epoll, listener);
            else if (what == &timer) due = 1;
            else serve(epoll, what);
        }
        if (due) deliver_late(); /* it may free connections: not before all their events are seen to */
    }
    printf("%ld %.6f %.6f %ld\n", count, first_mail, last_dot, bytes_read);
    return 0;
}
