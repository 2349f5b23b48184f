/* The fastest sender that we can think of, to compare with.  usage: client PORT CONNECTIONS MESSAGES FILE

   The same bytes (FILE, dot-stuffed, without the dot) to the same reader each time: no list, no ledger. Like newsletter it pipelines as
   RFC 2920 allows: the end of a message and the next MAIL, RCPT, DATA leave together. One thread
   around epoll; exit code 0 when every message was answered with 250. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const char envelope[] = "MAIL FROM:<news@example.org>\r\nRCPT TO:<reader@example.org>\r\nDATA\r\n";
static const char hello[] = "EHLO client.example.org\r\n", quit[] = "QUIT\r\n";

enum stage { GREETING, HELLO, OPENING, SENDING, LAST, LEAVING };

struct connection {
    int fd;
    enum stage stage;
    int lines;               /* of the reply that is awaited, so far */
    size_t left;             /* bytes of `group` still to write, from its beginning ... */
    size_t length;           /* ... to here */
};

static int epoll, open_connections;
static long to_begin, answered;
static char *group;          /* message, dot, envelope of the next */
static size_t message_length, group_length;

static void fail(const char *what) { perror(what); exit(1); }

static void make_group(const char *name) {
    FILE *file = fopen(name, "rb");
    if (!file || fseek(file, 0, SEEK_END)) fail(name);
    size_t bytes = (size_t)ftell(file);
    rewind(file);
    message_length = bytes + 3;
    group_length = message_length + sizeof envelope - 1;
    group = malloc(group_length);
    if (fread(group, 1, bytes, file) != bytes) fail(name);
    memcpy(group + bytes, ".\r\n", 3);
    memcpy(group + message_length, envelope, sizeof envelope - 1);
    fclose(file);
}

static void say(struct connection *c, const char *bytes, size_t length) {
    if (write(c->fd, bytes, length) != (ssize_t)length) fail("write");
}

static void write_more(struct connection *c) {
    if (!c->left) return;
    ssize_t n = write(c->fd, group + c->length - c->left, c->left);
    if (n > 0) c->left -= (size_t)n;
    struct epoll_event event = {.events = EPOLLIN | (c->left ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &event);
}

static void begin_message(struct connection *c) {
    c->stage = to_begin ? SENDING : LAST;
    c->length = c->left = to_begin ? group_length : message_length;
    to_begin -= to_begin > 0;
    write_more(c);
}

static void begin_envelope(struct connection *c) {
    if (to_begin) {
        to_begin--;
        say(c, envelope, sizeof envelope - 1);
        c->stage = OPENING;
    } else {
        say(c, quit, sizeof quit - 1);
        c->stage = LEAVING;
    }
}

/* One whole reply line: its last one where the fourth byte is a space (RFC 5321, 4.2.1). */
static void take_line(struct connection *c, const char *line) {
    if (line[3] == '-') return;
    if (*line != '2' && *line != '3') { fprintf(stderr, "client: %.60s\n", line); exit(1); }
    c->lines++;
    switch (c->stage) {
        case GREETING: say(c, hello, sizeof hello - 1); c->stage = HELLO; c->lines = 0; break;
        case HELLO: c->lines = 0; begin_envelope(c); break;
        case OPENING: if (c->lines == 3) { c->lines = 0; begin_message(c); } break;
        case SENDING: answered += c->lines == 1; if (c->lines == 4) { c->lines = 0; begin_message(c); } break;
        case LAST: answered++; say(c, quit, sizeof quit - 1); c->stage = LEAVING; break;
        case LEAVING: close(c->fd); open_connections--; break;
    }
}

/* A line may come in two reads from a real server; the sink writes all its replies whole. */
static void take_replies(struct connection *c) {
    char space[16384];
    ssize_t n = read(c->fd, space, sizeof space - 1);
    if (n <= 0 || space[n - 1] != '\n') fail("read");
    space[n] = 0;
    for (char *line = space; *line; line = strchr(line, '\n') + 1) take_line(c, line);
}

static void connect_to(int port, struct connection *c) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    int on = 1;
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(c->fd, (void *)&at, sizeof at)) fail("connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event);
}

int main(int argc, char **argv) {
    if (argc != 5) { fprintf(stderr, "usage: client PORT CONNECTIONS MESSAGES FILE\n"); return 2; }
    int connections = atoi(argv[2]);
    long messages = to_begin = atol(argv[3]);
    make_group(argv[4]);
    epoll = epoll_create1(0);
    struct connection *all = calloc((size_t)connections, sizeof *all);
    for (int i = 0; i < connections; i++) connect_to(atoi(argv[1]), &all[i]);
    for (open_connections = connections; open_connections;) {
        struct epoll_event events[128];
        int n = epoll_wait(epoll, events, 128, -1);
        for (int i = 0; i < n; i++) {
            struct connection *c = events[i].data.ptr;
            if (events[i].events & EPOLLIN) take_replies(c);
            if (events[i].events & EPOLLOUT) write_more(c);
        }
    }
    return answered != messages;
}
