/* What the three files of wip.h share; nobody else needs it. */

#ifndef WIP_INNER_H
#define WIP_INNER_H

#include "wip.h"

#define WIP_ETX 0x03
#define WIP_DLE 0x10

#define WIP_ANSWER_MS 5000
#define WIP_NO_STEP 0xFF

enum wip_state {
    WIP_S_IDLE,
    WIP_S_COMMAND,  /* its result is awaited */
    WIP_S_STOPPING, /* AT+WIPCFG=0 is done, +WIPBR: 6,0 is awaited */
    WIP_S_ONLINE,
    WIP_S_QUIET,    /* the silence before the plusses */
    WIP_S_ESCAPED,  /* the plusses are out; the modem cannot have left yet */
    WIP_S_LEAVING   /* its OK may come */
};

void wip_state(struct wip *wip, enum wip_state state);

/* Text for the modem into `out`; false, and nothing of it, if it does not fit. */
bool wip_add(struct wip *wip, const char *text);
void wip_empty(struct wip *wip);

/* Sends what is in `out` as a command, if it fits; `done` is the event of its OK. */
bool wip_commit(struct wip *wip, bool fits, uint32_t limit, uint8_t done);

enum wip_result { WIP_NONE, WIP_OK, WIP_CONNECT, WIP_ERROR };

/* A final result, or none; *code is the number of an error. */
enum wip_result wip_result(const uint8_t *line, size_t size, uint16_t *code);

/* An unsolicited line, or an answer that says the same; false if it is neither. */
bool wip_unsolicited(const uint8_t *line, size_t size, struct wip_event *event);

/* Of what comes as data mode ends: is it (CR LF +... CR LF)* CR LF OK CR LF? */
enum wip_end { WIP_IS_DATA, WIP_MAY_BE, WIP_IS_END };
enum wip_end wip_ended(const uint8_t *came, size_t size);

/* The size of the first frame, CR LF text CR LF; 0 if it is not whole. */
size_t wip_frame(const uint8_t *came, size_t size);

#endif
