/* The engine: commands and their results, unsolicited lines, data mode and the way out of it. */

#include <string.h>

#include "wip_inner.h"

/* The modem's guard is a second. We keep silent longer, and look for its OK a little earlier. */
#define SILENCE_MS 1200
#define EARLIEST_MS 900
#define LATEST_MS 3000
#define ESCAPES 3

/* How data mode is left: + an escape, A the command AT. An escape without an OK leaves it unknown
 * whether the modem is in command mode. A second escape comes before AT, as AT would reach the peer
 * if the first one has failed. Each way sends three bytes. */
static const char ways[] = "++A+A";
#define WAYS (sizeof ways - 1)
#define WAY_BYTES 3

#define WAKE_MS 1000
#define SESSION_MS 65000 /* the modem gives up after 60 s */
#define STOPPED_MS 10000

#define AT_ONCE 64 /* bytes of a poll: a line that never pauses keeps nobody waiting */

/* wip_start(): what is asked, one after the other, behind AT. */
enum step { WAKE, AGAIN, ECHO, ASK, STOP, STACK, SESSION, STEPS };

static const char *const steps[] = {
    "", "", "E0+CMEE=1", "+WIPBR?", "+WIPCFG=0", "+WIPCFG=1", "+WIPBR=4,6,0",
};

/* Small things */

static uint32_t now(const struct wip *wip)
{
    return wip->port->millis(wip->port->port);
}

static bool passed(const struct wip *wip, uint32_t ms)
{
    return now(wip) - wip->since >= ms;
}

void wip_state(struct wip *wip, enum wip_state state)
{
    wip->state = (uint8_t)state;
    wip->since = now(wip);
}

static void tell(struct wip *wip, uint8_t what, uint16_t value)
{
    struct wip_event event = {what, wip->protocol, wip->index, value};
    wip->on_event(wip->user, &event);
}

static void tell_strays(struct wip *wip)
{
    if (wip->tries)
        tell(wip, WIP_STRAYS, (uint16_t)(wip->tries * WAY_BYTES));
}

/* Commands */

static void ask(struct wip *wip, uint8_t step)
{
    uint32_t limit = step <= AGAIN ? WAKE_MS : step == SESSION ? SESSION_MS : WIP_ANSWER_MS;
    wip->step = step;
    wip_empty(wip);
    wip_commit(wip, wip_add(wip, "AT") && wip_add(wip, steps[step]), limit, WIP_UP);
}

static void next_step(struct wip *wip)
{
    uint8_t step = (uint8_t)(wip->step + 1);
    if (step == STEPS) {
        wip->step = WIP_NO_STEP;
        wip->up = true;
        wip_state(wip, WIP_S_IDLE);
        tell(wip, WIP_UP, 0);
    } else if (step == STACK && wip->up) {
        wip_state(wip, WIP_S_STOPPING);
    } else {
        ask(wip, step);
    }
}

static void finish(struct wip *wip, enum wip_result result, uint16_t code)
{
    bool starting = wip->step != WIP_NO_STEP;
    if (starting && (result == WIP_OK || wip->step <= AGAIN)) {
        next_step(wip);
        return;
    }
    wip->step = WIP_NO_STEP;
    wip_state(wip, result == WIP_CONNECT ? WIP_S_ONLINE : WIP_S_IDLE);
    if (result == WIP_CONNECT)
        tell(wip, WIP_ONLINE, 0);
    else if (result == WIP_ERROR)
        tell(wip, WIP_REFUSED, code);
    else if (wip->done == WIP_DONE)
        tell(wip, WIP_DONE, 0);
}

static void give_up(struct wip *wip)
{
    if (wip->step == AGAIN && ++wip->tries < ESCAPES) { /* still in data mode? */
        wip->step = WAKE;
        wip_state(wip, WIP_S_QUIET);
        return;
    }
    if (wip->step <= AGAIN) { /* no modem, or AT has ended a line of an earlier host's */
        finish(wip, WIP_NONE, 0);
        return;
    }
    wip->step = WIP_NO_STEP;
    wip_state(wip, WIP_S_IDLE);
    tell(wip, WIP_NO_ANSWER, 0);
}

/* What comes in command mode */

static void told(struct wip *wip, const uint8_t *line, size_t size)
{
    struct wip_event event;
    if (!wip_unsolicited(line, size, &event))
        return;
    if (event.what == WIP_UP || event.what == WIP_DOWN) {
        bool known = wip->step != WIP_NO_STEP || wip->up == (event.what == WIP_UP);
        wip->up = event.what == WIP_UP;
        if (known)
            return;
    }
    wip->on_event(wip->user, &event);
}

static void take_line(struct wip *wip)
{
    uint16_t code;
    size_t size = wip->held;
    enum wip_result result = wip_result(wip->hold, size, &code);
    wip->held = 0;
    if (result == WIP_NONE)
        told(wip, wip->hold, size);
    else if (wip->state == WIP_S_COMMAND)
        finish(wip, result, code);
}

static void take_character(struct wip *wip, uint8_t byte)
{
    if (byte == '\n' && wip->held)
        take_line(wip);
    else if (byte >= ' ' && wip->held < WIP_HELD)
        wip->hold[wip->held++] = byte;
}

/* What comes in data mode */

static void take_data(struct wip *wip, uint8_t byte)
{
    if (wip->protocol == WIP_UDP && !wip->quoted) {
        if (byte == WIP_ETX) {
            tell(wip, WIP_DATAGRAM, 0);
            return;
        }
        wip->quoted = byte == WIP_DLE;
        if (wip->quoted)
            return;
    }
    wip->quoted = false;
    wip->on_byte(wip->user, byte);
}

static void drop(struct wip *wip, size_t size)
{
    wip->held = (uint8_t)(wip->held - size);
    memmove(wip->hold, wip->hold + size, wip->held);
}

/* A held line, the first one, is the modem's. */
static void take_frame(struct wip *wip)
{
    size_t size = wip_frame(wip->hold, wip->held);
    told(wip, wip->hold + 2, size - 4);
    drop(wip, size);
}

/* Bytes that may be the modem's lines and its OK are held until they are, or cannot be. */
static void take_leaving(struct wip *wip, uint8_t byte)
{
    enum wip_end end;
    if (wip->held == WIP_HELD)
        take_frame(wip);
    wip->hold[wip->held++] = byte;
    while ((end = wip_ended(wip->hold, wip->held)) == WIP_IS_DATA) {
        uint8_t first = wip->hold[0];
        drop(wip, 1);
        take_data(wip, first);
    }
    if (end != WIP_IS_END)
        return;
    while (wip_frame(wip->hold, wip->held) < wip->held)
        take_frame(wip);
    wip->held = 0;
    wip_state(wip, WIP_S_IDLE);
    tell_strays(wip);
    tell(wip, WIP_LEFT, 0);
}

/* The plusses of wip_leave() are on their way, and the modem cannot have left yet. */
static bool leaves(const struct wip *wip)
{
    return wip->state == WIP_S_ESCAPED && wip->step == WIP_NO_STEP;
}

static void listen_for_ok(struct wip *wip)
{
    wip->held = 0;
    wip_state(wip, WIP_S_LEAVING);
}

static void take(struct wip *wip, uint8_t byte)
{
    /* The caller may be late: the time counts once the byte has been read. */
    if (leaves(wip) && passed(wip, EARLIEST_MS))
        listen_for_ok(wip);
    if (wip->state == WIP_S_LEAVING)
        take_leaving(wip, byte);
    else if (wip->state < WIP_S_ONLINE)
        take_character(wip, byte);
    else if (wip->step == WIP_NO_STEP) /* else it was meant for an earlier life of ours */
        take_data(wip, byte);
}

/* Time */

static void escape(struct wip *wip)
{
    wip_empty(wip);
    wip_add(wip, "+++");
    wip_state(wip, WIP_S_ESCAPED);
}

static void escape_ends(struct wip *wip)
{
    if (!leaves(wip)) {
        if (passed(wip, SILENCE_MS))
            ask(wip, WAKE);
    } else if (passed(wip, EARLIEST_MS)) {
        listen_for_ok(wip);
    }
}

static void leave_again(struct wip *wip)
{
    for (uint8_t i = 0; i < wip->held; i++)
        take_data(wip, wip->hold[i]);
    wip->held = 0;
    if (++wip->tries == WAYS) {
        tell_strays(wip);
        give_up(wip);
    } else if (ways[wip->tries] == '+') {
        wip_state(wip, WIP_S_QUIET);
    } else {
        wip_empty(wip);
        wip_add(wip, "AT\r");
        listen_for_ok(wip);
    }
}

/* all_read: no byte waits that may have come before a limit passed. */
static void time_passes(struct wip *wip, bool all_read)
{
    if (wip->state == WIP_S_COMMAND && passed(wip, wip->limit))
        give_up(wip);
    else if (wip->state == WIP_S_STOPPING && !wip->up)
        ask(wip, STACK);
    else if (wip->state == WIP_S_STOPPING && passed(wip, STOPPED_MS))
        give_up(wip);
    else if (wip->state == WIP_S_QUIET && passed(wip, SILENCE_MS))
        escape(wip);
    else if (wip->state == WIP_S_ESCAPED)
        escape_ends(wip);
    else if (wip->state == WIP_S_LEAVING && all_read && passed(wip, LATEST_MS))
        leave_again(wip);
}

static void put_out(struct wip *wip)
{
    const struct wip_port *port = wip->port;
    size_t left = (size_t)(wip->out_size - wip->out_sent);
    uint32_t before = now(wip);
    size_t taken = port->put(port->port, wip->out + wip->out_sent, left);
    wip->out_sent = (uint8_t)(wip->out_sent + taken);
    /* Silences and limits count from after the last byte, the OK from before it. */
    if (taken)
        wip->since = leaves(wip) ? before : now(wip);
    if (wip->out_sent == wip->out_size)
        wip_empty(wip);
}

void wip_poll(struct wip *wip)
{
    int byte = 0;
    if (wip->out_size)
        put_out(wip);
    for (uint8_t i = 0; i < AT_ONCE && (byte = wip->port->get(wip->port->port)) >= 0; i++)
        take(wip, (uint8_t)byte);
    if (!wip->out_size || wip->state == WIP_S_COMMAND)
        time_passes(wip, byte < 0);
}

/* The caller's */

void wip_init(struct wip *wip, const struct wip_port *port,
              void (*on_event)(void *user, const struct wip_event *event),
              void (*on_byte)(void *user, uint8_t byte), void *user)
{
    memset(wip, 0, sizeof *wip);
    wip->port = port;
    wip->on_event = on_event;
    wip->on_byte = on_byte;
    wip->user = user;
    wip->step = WIP_NO_STEP;
}

bool wip_idle(const struct wip *wip)
{
    return wip->state == WIP_S_IDLE;
}

bool wip_start(struct wip *wip)
{
    if (wip->state != WIP_S_IDLE)
        return false;
    wip->step = WAKE;
    wip->tries = 0;
    wip->protocol = wip->index = 0;
    wip_state(wip, WIP_S_QUIET);
    return true;
}
