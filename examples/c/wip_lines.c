/* What the modem says, as text. */

#include <string.h>

#include "wip_inner.h"

#define LONGEST 60 /* +WIPDATA: 1,8,1472,"255.255.255.255",65535 in its frame, and some room */

struct text {
    const uint8_t *at;
    const uint8_t *end;
};

static bool skip(struct text *text, const char *words)
{
    size_t size = strlen(words);
    if ((size_t)(text->end - text->at) < size || memcmp(text->at, words, size) != 0)
        return false;
    text->at += size;
    return true;
}

/* Digits, and the comma behind them. */
static uint16_t number(struct text *text)
{
    uint16_t value = 0;
    for (; text->at < text->end && *text->at >= '0' && *text->at <= '9'; text->at++)
        value = (uint16_t)(value * 10 + (*text->at - '0'));
    skip(text, ",");
    return value;
}

enum wip_result wip_result(const uint8_t *line, size_t size, uint16_t *code)
{
    struct text text = {line, line + size};
    *code = 0;
    if (skip(&text, "OK"))
        return text.at == text.end ? WIP_OK : WIP_NONE;
    if (skip(&text, "CONNECT"))
        return WIP_CONNECT;
    if (skip(&text, "ERROR"))
        return text.at == text.end ? WIP_ERROR : WIP_NONE;
    if (!skip(&text, "+CME ERROR: "))
        return WIP_NONE;
    *code = number(&text);
    return WIP_ERROR;
}

static void three(struct text *text, struct wip_event *event)
{
    event->protocol = (uint8_t)number(text);
    event->index = (uint8_t)number(text);
    event->value = number(text);
}

bool wip_unsolicited(const uint8_t *line, size_t size, struct wip_event *event)
{
    static const struct {
        const char *start;
        uint8_t what;
    } names[] = {
        {"READY: ", WIP_READY},
        {"ERROR: ", WIP_FAILED},
        {"DATA: ", WIP_WAITING},
        {"PEERCLOSE: ", WIP_PEER_CLOSED},
    };
    struct text text = {line, line + size};
    memset(event, 0, sizeof *event);
    if (!skip(&text, "+WIP"))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (skip(&text, names[i].start)) {
            event->what = names[i].what;
            three(&text, event);
            return true;
        }
    if (skip(&text, "ACCEPT: ")) {
        event->what = WIP_ACCEPTED;
        event->value = number(&text);
        event->protocol = WIP_TCP;
        event->index = (uint8_t)number(&text);
    } else if (skip(&text, "BR: 6,") && text.end - text.at == 1) {
        event->what = number(&text) ? WIP_UP : WIP_DOWN;
    } else if (skip(&text, "XLOST: ")) {
        event->what = WIP_LOST;
        event->value = number(&text);
    } else {
        return false;
    }
    return true;
}

/* Of one frame: 0 if it is none, else how far it goes; it is whole if it ends in LF. */
static size_t frame(const uint8_t *came, size_t size)
{
    size_t i = 2;
    if (came[0] != '\r' || (size > 1 && came[1] != '\n'))
        return 0;
    if (size > 2 && came[2] != '+' && came[2] != 'O')
        return 0;
    while (i < size && i < LONGEST && came[i] >= ' ')
        i++;
    if (i >= size)
        return size;
    if (i >= LONGEST || came[i] != '\r' || (i + 1 < size && came[i + 1] != '\n'))
        return 0;
    return i + 2 < size ? i + 2 : size;
}

size_t wip_frame(const uint8_t *came, size_t size)
{
    size_t end = frame(came, size);
    return end > 4 && came[end - 1] == '\n' ? end : 0;
}

enum wip_end wip_ended(const uint8_t *came, size_t size)
{
    static const uint8_t ok[] = "\r\nOK\r\n";
    while (size) {
        size_t end = frame(came, size);
        size_t same = size < sizeof ok - 1 ? size : sizeof ok - 1;
        if (!end)
            return WIP_IS_DATA;
        if (size > 2 && came[2] == 'O') {
            if (memcmp(came, ok, same) != 0)
                return WIP_IS_DATA;
            return same == sizeof ok - 1 ? WIP_IS_END : WIP_MAY_BE;
        }
        came += end;
        size -= end;
    }
    return WIP_MAY_BE;
}
