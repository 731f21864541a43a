/* A host of the modem for small machines: C99, no heap, no stdio, no operating system.
 *
 * The caller gives three functions for the serial line and calls wip_poll() often. What happens is
 * told by on_event, bytes of a peer by on_byte; both are called from within wip_poll() alone.
 *
 *     wip_init(&wip, &port, on_event, on_byte, 0);
 *     wip_start(&wip);                      -> WIP_UP, or WIP_REFUSED and why
 *     wip_connect(&wip, 1, "192.0.2.10", 7) -> WIP_READY 2,1, or WIP_FAILED 2,1 and why
 *     wip_enter(&wip, WIP_TCP, 1)           -> WIP_ONLINE; then wip_write(), and on_byte
 *     wip_leave(&wip)                       -> WIP_LEFT, some two seconds later
 *     wip_close(&wip, WIP_TCP, 1)           -> WIP_DONE
 *
 * One thing at a time: a function that begins something returns false, and does nothing, while
 * wip_idle() is false. Numbers are those of the AT manual's table of errors. Times are in ms.
 */

#ifndef WIP_H
#define WIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The longest command is AT+WIPCREATE=2,8,"name",65535: names have up to 70 characters. */
#define WIP_OUT 96
/* Several unsolicited lines at the end of data mode; one has 48 bytes at most. */
#define WIP_HELD 128

enum { WIP_UDP = 1, WIP_TCP = 2, WIP_SERVER = 3 };

struct wip_port {
    int (*get)(void *port);                                      /* a byte, or -1 */
    size_t (*put)(void *port, const uint8_t *data, size_t size); /* how many were taken */
    uint32_t (*millis)(void *port);                              /* may wrap */
    void *port;
};

enum wip_what {
    WIP_UP,          /* there is a session: of wip_start(), or again after WIP_DOWN */
    WIP_DOWN,        /* there is none: every socket has to be closed; the modem dials again */
    WIP_DONE,        /* wip_listen() or wip_close() has been done */
    WIP_REFUSED,     /* what was begun has not been done; value: the number, 0 for plain ERROR */
    WIP_NO_ANSWER,   /* to what was begun, nor OK for the escape: wip_start() again */
    WIP_READY,       /* protocol, index: the socket can be used */
    WIP_FAILED,      /* protocol, index, value: it cannot, or no longer; close it */
    WIP_ACCEPTED,    /* protocol, index of the new socket; value: the server */
    WIP_WAITING,     /* protocol, index, value: so many bytes can be read */
    WIP_PEER_CLOSED, /* protocol, index: when all is read, close it */
    WIP_ONLINE,      /* data mode */
    WIP_DATAGRAM,    /* in data mode, UDP: what on_byte had since the last one was a datagram */
    WIP_LEFT,        /* command mode again */
    WIP_LOST,        /* value: so many unsolicited lines were lost; what they told is unknown */
    WIP_STRAYS       /* before WIP_LEFT or WIP_NO_ANSWER, when an escape had no OK; value: how many
                        bytes, +++ and AT, the peer may have received as data */
};

struct wip_event {
    uint8_t what;
    uint8_t protocol;
    uint8_t index;
    uint16_t value;
};

struct wip {
    const struct wip_port *port;
    void (*on_event)(void *user, const struct wip_event *event);
    void (*on_byte)(void *user, uint8_t byte);
    void *user;
    uint32_t since;  /* when the state was entered, or the last byte left */
    uint32_t limit;  /* how long an answer may take */
    uint8_t state;
    uint8_t step;    /* of wip_start() */
    uint8_t tries;
    uint8_t done;    /* the event of a command's OK */
    uint8_t protocol, index; /* in data mode, or of the command */
    bool up;
    bool quoted;     /* a 10 stood before the next byte of a datagram */
    uint8_t out_size, out_sent, held;
    uint8_t out[WIP_OUT];
    uint8_t hold[WIP_HELD];
};

void wip_init(struct wip *wip, const struct wip_port *port,
              void (*on_event)(void *user, const struct wip_event *event),
              void (*on_byte)(void *user, uint8_t byte), void *user);

/* Moves what can be moved, never waits. */
void wip_poll(struct wip *wip);

/* Nothing is under way, and the modem is in command mode. */
bool wip_idle(const struct wip *wip);

/* Command mode, whatever went before; sockets of earlier lives closed; a session. */
bool wip_start(struct wip *wip);

bool wip_connect(struct wip *wip, uint8_t index, const char *host, uint16_t port);
/* host 0: no peer; local 0: any port. One of them is needed. Then WIP_READY or WIP_FAILED. */
bool wip_udp(struct wip *wip, uint8_t index, uint16_t local, const char *host, uint16_t port);
/* Its peers get the indexes from..to. */
bool wip_listen(struct wip *wip, uint8_t server, uint16_t local, uint8_t from, uint8_t to);
bool wip_close(struct wip *wip, uint8_t protocol, uint8_t index);
/* Any other command, as `AT+CSQ`; WIP_DONE or WIP_REFUSED. Lines of its answer are not told. */
bool wip_command(struct wip *wip, const char *line);

bool wip_enter(struct wip *wip, uint8_t protocol, uint8_t index);
/* How many bytes were taken: less than size, or 0, when the line is not that fast, or not online. */
size_t wip_write(struct wip *wip, const uint8_t *data, size_t size);
/* UDP: what was written since the last one goes. False: no room, again after a wip_poll(). */
bool wip_send(struct wip *wip);
/* What comes while it leaves is told by on_byte all the same. */
bool wip_leave(struct wip *wip);

#ifdef __cplusplus
}
#endif

#endif
