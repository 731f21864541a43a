/* The commands of sockets, and what is written in data mode. */

#include <string.h>

#include "wip_inner.h"

#define CREATE "AT+WIPCREATE="

/* Text into `out`; nothing of it if it does not fit. */

static bool add_bytes(struct wip *wip, const uint8_t *data, size_t size)
{
    if (size > (size_t)(WIP_OUT - wip->out_size))
        return false;
    memcpy(wip->out + wip->out_size, data, size);
    wip->out_size = (uint8_t)(wip->out_size + size);
    return true;
}

bool wip_add(struct wip *wip, const char *text)
{
    return add_bytes(wip, (const uint8_t *)text, strlen(text));
}

static bool add_number(struct wip *wip, uint16_t value)
{
    uint8_t digits[5];
    size_t first = sizeof digits;
    do {
        digits[--first] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value);
    return add_bytes(wip, digits + first, sizeof digits - first);
}

static bool add_next(struct wip *wip, uint16_t value)
{
    return wip_add(wip, ",") && add_number(wip, value);
}

void wip_empty(struct wip *wip)
{
    wip->out_size = wip->out_sent = 0;
}

/* A command's pieces stand between begin() and wip_commit(). Both do nothing amid another one. */
static bool begin(struct wip *wip, const char *start, uint8_t protocol, uint8_t index)
{
    if (wip->state != WIP_S_IDLE)
        return false;
    wip->protocol = protocol;
    wip->index = index;
    wip->step = WIP_NO_STEP;
    wip_empty(wip);
    return wip_add(wip, start) && add_number(wip, protocol) && add_next(wip, index);
}

bool wip_commit(struct wip *wip, bool fits, uint32_t limit, uint8_t done)
{
    if (!fits || !wip_add(wip, "\r")) {
        if (wip->state == WIP_S_IDLE)
            wip_empty(wip);
        return false;
    }
    wip->limit = limit;
    wip->done = done;
    wip->held = 0;
    wip_state(wip, WIP_S_COMMAND);
    return true;
}

/* The caller's */

static bool add_peer(struct wip *wip, const char *host, uint16_t port)
{
    return wip_add(wip, ",\"") && wip_add(wip, host) && wip_add(wip, "\"") && add_next(wip, port);
}

bool wip_connect(struct wip *wip, uint8_t index, const char *host, uint16_t port)
{
    bool fits = begin(wip, CREATE, WIP_TCP, index) && add_peer(wip, host, port);
    return wip_commit(wip, fits, WIP_ANSWER_MS, WIP_READY);
}

bool wip_udp(struct wip *wip, uint8_t index, uint16_t local, const char *host, uint16_t port)
{
    bool fits = begin(wip, CREATE, WIP_UDP, index) && add_next(wip, local);
    if (host)
        fits = fits && add_peer(wip, host, port);
    return wip_commit(wip, fits, WIP_ANSWER_MS, WIP_READY);
}

bool wip_listen(struct wip *wip, uint8_t server, uint16_t local, uint8_t from, uint8_t to)
{
    bool fits = begin(wip, CREATE, WIP_SERVER, server) && add_next(wip, local) &&
                add_next(wip, from) && add_next(wip, to);
    return wip_commit(wip, fits, WIP_ANSWER_MS, WIP_DONE);
}

bool wip_close(struct wip *wip, uint8_t protocol, uint8_t index)
{
    bool fits = begin(wip, "AT+WIPCLOSE=", protocol, index);
    return wip_commit(wip, fits, WIP_ANSWER_MS, WIP_DONE);
}

bool wip_command(struct wip *wip, const char *line)
{
    if (wip->state != WIP_S_IDLE)
        return false;
    wip->protocol = wip->index = 0;
    wip_empty(wip);
    return wip_commit(wip, wip_add(wip, line), WIP_ANSWER_MS, WIP_DONE);
}

bool wip_enter(struct wip *wip, uint8_t protocol, uint8_t index)
{
    /* The modes are as the protocols: 1 for UDP, 2 for TCP. */
    bool fits = begin(wip, "AT+WIPDATA=", protocol, index) && add_next(wip, protocol);
    wip->quoted = false;
    return wip_commit(wip, fits, WIP_ANSWER_MS, WIP_ONLINE);
}

static size_t write_stuffed(struct wip *wip, const uint8_t *data, size_t size)
{
    size_t taken = 0;
    for (; taken < size; taken++) {
        uint8_t pair[2] = {WIP_DLE, data[taken]};
        bool special = data[taken] == WIP_ETX || data[taken] == WIP_DLE;
        if (!add_bytes(wip, special ? pair : pair + 1, special ? 2 : 1))
            break;
    }
    return taken;
}

size_t wip_write(struct wip *wip, const uint8_t *data, size_t size)
{
    size_t room = (size_t)(WIP_OUT - wip->out_size);
    if (wip->state != WIP_S_ONLINE)
        return 0;
    if (wip->protocol == WIP_UDP)
        return write_stuffed(wip, data, size);
    if (size > room)
        size = room;
    add_bytes(wip, data, size);
    return size;
}

bool wip_send(struct wip *wip)
{
    static const uint8_t etx = WIP_ETX;
    return wip->state == WIP_S_ONLINE && add_bytes(wip, &etx, 1);
}

bool wip_leave(struct wip *wip)
{
    if (wip->state != WIP_S_ONLINE)
        return false;
    wip->tries = 0;
    wip_state(wip, WIP_S_QUIET);
    return true;
}
