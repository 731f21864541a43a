/* A meter that reports over TCP once a minute and prints what it is told.
 *
 * For a board with a second UART, Serial1, such as Mega, Leonardo, Nano Every, Zero or Due. Copy wip.h,
 * wip_inner.h, wip.c, wip_sockets.c and wip_lines.c into this folder. Without RTS and CTS say
 * AT+IFC=0,0 and AT&W to the modem once, and keep Serial1 slow enough for loop().
 */

#include "wip.h"

static const char SERVER[] = "192.0.2.10";
static const uint16_t SERVER_PORT = 7000;
static const uint32_t PERIOD_MS = 60000;
static const uint32_t ANSWER_MS = 2000; // from the report until we leave data mode
static const uint32_t PAUSE_MS = 10000; // before we try again
static const uint8_t INDEX = 1;

enum { OFFLINE, UP, CONNECTING, READY, REPORTING, BROKEN };

static struct wip wip;
static uint8_t state = OFFLINE;
static uint32_t since;  // when the state was entered, or the last report began
static char line[24];
static size_t sent, size;

static int get(void *) { return Serial1.read(); }
static uint32_t now(void *) { return millis(); }

static size_t put(void *, const uint8_t *data, size_t n)
{
  size_t room = Serial1.availableForWrite();
  return Serial1.write(data, n < room ? n : room);
}

static const struct wip_port port = {get, put, now, 0};

static void become(uint8_t next)
{
  state = next;
  since = millis();
}

static void on_byte(void *, uint8_t byte) { Serial.write(byte); }

static void begin_report()
{
  snprintf(line, sizeof line, "reading %u\r\n", (unsigned)analogRead(A0));
  size = strlen(line);
  sent = 0;
  become(REPORTING);
}

static void on_event(void *, const struct wip_event *event)
{
  switch (event->what) {
    case WIP_UP:
      if (state == OFFLINE) become(UP);
      break;
    case WIP_READY:
      become(READY);
      since -= PERIOD_MS;  // the first report goes at once
      break;
    case WIP_ONLINE:
      begin_report();
      break;
    case WIP_LEFT:
      if (state == REPORTING) state = READY;
      break;
    case WIP_FAILED:
    case WIP_PEER_CLOSED:
      become(BROKEN);
      break;
    case WIP_DONE:  // it has been closed
      become(UP);
      break;
    case WIP_REFUSED:
    case WIP_NO_ANSWER:
    case WIP_LOST:  // begin anew: that closes everything
      become(OFFLINE);
      break;
    default:  // what waits is read with the next report
      break;
  }
}

static void report()
{
  sent += wip_write(&wip, (const uint8_t *)line + sent, size - sent);
  if (sent == size && millis() - since > ANSWER_MS)
    wip_leave(&wip);
}

void setup()
{
  Serial.begin(115200);
  Serial1.begin(115200);
  wip_init(&wip, &port, on_event, on_byte, 0);
  wip_start(&wip);
}

void loop()
{
  wip_poll(&wip);
  if (state == REPORTING) {
    report();
    return;
  }
  if (!wip_idle(&wip))
    return;
  uint32_t waited = millis() - since;
  if (state == OFFLINE && waited > PAUSE_MS) {
    wip_start(&wip);
  } else if (state == UP) {
    if (wip_connect(&wip, INDEX, SERVER, SERVER_PORT)) become(CONNECTING);
  } else if (state == READY && waited > PERIOD_MS) {
    wip_enter(&wip, WIP_TCP, INDEX);
  } else if (state == BROKEN && waited > PAUSE_MS) {
    wip_close(&wip, WIP_TCP, INDEX);
  }
}
