/* nc through the modem, on a PC: standard input goes to the peer, what it says to standard output.
 *
 * wipcat LINE tcp HOST PORT    connect, send, print until the peer closes
 * wipcat LINE serve PORT       the same with the first peer that connects
 * wipcat LINE udp HOST PORT    send one datagram, print the one that comes back
 *
 * What goes on is told on standard error; the exit status is 1 when something fails.
 */

#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "wip.h"

#define STEP_MS 10
#define PATIENCE_MS 5000 /* for bytes that were told of */
#define INDEX 1

struct cat {
    struct wip wip;
    const char *const *words; /* tcp HOST PORT, ... */
    uint8_t protocol;
    uint8_t input[65536];
    size_t size, sent;
    unsigned long due;        /* bytes that the modem told of and that have not come */
    uint32_t came;            /* when the last one came, or data mode began */
    bool wanted;              /* data mode */
    bool peer_closed;
    bool answered;            /* by a datagram */
    int status;               /* below 0: not at the end */
};

/* The line */

static int get(void *port)
{
    uint8_t byte;
    return read(*(int *)port, &byte, 1) == 1 ? byte : -1;
}

static size_t put(void *port, const uint8_t *data, size_t size)
{
    ssize_t taken = write(*(int *)port, data, size);
    return taken < 0 ? 0 : (size_t)taken;
}

static uint32_t millis(void *port)
{
    struct timespec now;
    (void)port;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

static int open_line(const char *path)
{
    struct termios mode;
    int line = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (line < 0 || tcgetattr(line, &mode) < 0)
        return -1;
    cfmakeraw(&mode);
    mode.c_cflag |= CLOCAL | CREAD | CRTSCTS;
    cfsetspeed(&mode, B115200);
    return tcsetattr(line, TCSANOW, &mode) < 0 ? -1 : line;
}

/* What happens */

static void begin(struct cat *cat)
{
    const char *name = cat->words[0];
    bool begun;
    if (strcmp(name, "serve") == 0)
        begun = wip_listen(&cat->wip, 1, (uint16_t)atoi(cat->words[1]), INDEX, INDEX);
    else if (strcmp(name, "udp") == 0)
        begun = wip_udp(&cat->wip, INDEX, 0, cat->words[1], (uint16_t)atoi(cat->words[2]));
    else
        begun = wip_connect(&cat->wip, INDEX, cat->words[1], (uint16_t)atoi(cat->words[2]));
    if (!begun)
        cat->status = 1;
}

static void fail(struct cat *cat, const char *what, unsigned value)
{
    fprintf(stderr, "wipcat: %s: error %u\n", what, value);
    cat->status = 1;
}

static void on_event(void *user, const struct wip_event *event)
{
    struct cat *cat = user;
    bool ours = event->protocol == cat->protocol && event->index == INDEX;
    switch (event->what) {
    case WIP_UP:
        fprintf(stderr, "wipcat: session\n");
        begin(cat);
        break;
    case WIP_DONE:
        if (cat->status < 0)
            fprintf(stderr, "wipcat: listening\n");
        break;
    case WIP_ONLINE:
        cat->came = millis(0);
        break;
    case WIP_READY:
    case WIP_ACCEPTED:
        fprintf(stderr, "wipcat: connected\n");
        cat->wanted = cat->size > 0;
        break;
    case WIP_WAITING:
        cat->due = ours ? event->value : cat->due;
        cat->wanted = cat->wanted || ours;
        break;
    case WIP_PEER_CLOSED:
        cat->peer_closed = cat->peer_closed || ours;
        break;
    case WIP_DATAGRAM:
        cat->answered = true;
        break;
    case WIP_REFUSED:
        fail(cat, "refused", event->value);
        break;
    case WIP_FAILED:
        fail(cat, "failed", event->value);
        break;
    case WIP_NO_ANSWER:
        fail(cat, "no answer", 0);
        break;
    case WIP_STRAYS:
        fprintf(stderr, "wipcat: %u bytes of failed escapes may have reached the peer\n",
                (unsigned)event->value);
        break;
    case WIP_DOWN:
        fail(cat, "the session is lost", 0);
        break;
    default:
        break;
    }
}

static void on_byte(void *user, uint8_t byte)
{
    struct cat *cat = user;
    putchar(byte);
    cat->came = millis(0);
    if (cat->due)
        cat->due--;
}

/* What there is to do now */

static void send_input(struct cat *cat)
{
    cat->sent += wip_write(&cat->wip, cat->input + cat->sent, cat->size - cat->sent);
    if (cat->sent < cat->size)
        return;
    if (cat->protocol == WIP_UDP && cat->size) {
        if (!wip_send(&cat->wip))
            return;
        cat->size = cat->sent = 0;
    }
    /* In data mode nobody would tell that the peer has closed. */
    if ((!cat->due || millis(0) - cat->came > PATIENCE_MS) && wip_leave(&cat->wip)) {
        cat->wanted = false;
        cat->due = 0;
    }
}

static void work(struct cat *cat)
{
    if (!wip_idle(&cat->wip))
        send_input(cat);
    else if (cat->wanted)
        wip_enter(&cat->wip, cat->protocol, INDEX);
    else if (cat->peer_closed || cat->answered)
        cat->status = 0;
}

static void run(struct cat *cat, int line)
{
    struct pollfd ready = {.fd = line, .events = POLLIN};
    wip_start(&cat->wip);
    while (cat->status < 0) {
        poll(&ready, 1, STEP_MS);
        wip_poll(&cat->wip);
        work(cat);
    }
    wip_close(&cat->wip, cat->protocol, INDEX); /* a server's range stays, until the next start */
    while (!wip_idle(&cat->wip)) {
        poll(&ready, 1, STEP_MS);
        wip_poll(&cat->wip);
    }
}

int main(int argc, char **argv)
{
    static struct cat cat = {.status = -1};
    static int line;
    static const struct wip_port port = {get, put, millis, &line};
    bool serves = argc == 4 && strcmp(argv[2], "serve") == 0;
    if (!serves && !(argc == 5 && (!strcmp(argv[2], "tcp") || !strcmp(argv[2], "udp")))) {
        fprintf(stderr, "wipcat LINE tcp HOST PORT | serve PORT | udp HOST PORT\n");
        return 2;
    }
    cat.words = (const char *const *)argv + 2;
    cat.protocol = strcmp(argv[2], "udp") == 0 ? WIP_UDP : WIP_TCP;
    line = open_line(argv[1]);
    if (line < 0) {
        perror(argv[1]);
        return 1;
    }
    cat.size = fread(cat.input, 1, sizeof cat.input, stdin);
    wip_init(&cat.wip, &port, on_event, on_byte, &cat);
    run(&cat, line);
    return cat.status;
}
