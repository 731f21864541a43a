// A Raspberry Pi Pico with PPP, and an lwIP that 8 + 8 + 4 sockets cannot bring to a stop.
#define MICROPY_HW_BOARD_NAME                   "Raspberry Pi Pico with PPP"
#define MICROPY_HW_FLASH_STORAGE_BYTES          (1408 * 1024)

#define MICROPY_PY_NETWORK                      (1)
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT     "wipmodem"
#define MICROPY_PY_NETWORK_PPP_LWIP             (1)
#define MICROPY_PY_SSL                          (0)
#define MICROPY_PY_WEBSOCKET                    (0)
#define MICROPY_PY_WEBREPL                      (0)

// lwIP. MEM_SIZE being defined, MicroPython leaves the next four to us.
// A socket holds at most TCP_SND_BUF bytes that were sent and not acknowledged: with 8 sockets the
// heap still has room, so a send never waits for memory (it would, up to 10 s, in the modem's loop).
#define MEM_SIZE                                (40 * 1024)
#define TCP_MSS                                 (1460)
#define TCP_SND_BUF                             (3 * TCP_MSS)
#define TCP_WND                                 (3 * TCP_MSS)
#define MEMP_NUM_TCP_SEG                        (96)
// What comes in lies in pieces of this pool until it is read. It holds a full window for each of 8
// sockets that nobody reads, and what is needed for the others to go on.
#define PBUF_POOL_BUFSIZE                       (256)
#define PBUF_POOL_SIZE                          (164)
// 8 + 8 sockets, and some that have said good-bye already; servers are counted apart.
#define MEMP_NUM_TCP_PCB                        (20)
#define MEMP_NUM_TCP_PCB_LISTEN                 (8)
