// A Raspberry Pi Pico with PPP, and an lwIP that 8 + 8 + 4 sockets cannot bring to a stop.
#define MICROPY_HW_BOARD_NAME                   "Raspberry Pi Pico with PPP"
#define MICROPY_HW_FLASH_STORAGE_BYTES          (1408 * 1024)

#define MICROPY_PY_NETWORK                      (1)
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT     "wipmodem"
#define MICROPY_PY_NETWORK_PPP_LWIP             (1)
#define MICROPY_PY_SSL                          (0)
#define MICROPY_PY_WEBSOCKET                    (0)
#define MICROPY_PY_WEBREPL                      (0)

// lwIP. MEM_SIZE being defined, MicroPython leaves all of this to us; lwip/lwipopts.h has the rest.
// Of 256 KB these pools take 81, other static data 13; MicroPython's heap has 162.

// Long segments: of 1459 bytes on the line 1400 are the user's. With 40 of headers they pass
// through a carrier's tunnel, where 1460 would be cut in two. A window of three keeps the line busy
// while an acknowledgement is under way.
#define TCP_MSS                                 (1400)
#define TCP_WND                                 (3 * TCP_MSS)
#define TCP_SND_BUF                             (3 * TCP_MSS)

// What was sent and not acknowledged: 8 sockets, 3 segments each, 80 bytes more than the data a
// segment (35.5 KB). A send that found this heap empty would wait for it, up to 10 s, in the
// modem's loop. 16 bytes more for each of the segments.
//
// An image without the modem (make image --plain) has pools for two sockets or three: the modem as
// files is loaded into the heap, and needs 20 KB more than is left beside pools for eight.
#ifdef WIPMODEM_PLAIN
#define MEM_SIZE                                (12 * 1024)
#else
#define MEM_SIZE                                (36 * 1024)
#endif
#define MEMP_NUM_TCP_SEG                        (96)

// What came in and was not read. Four pieces hold a segment, with PPP's 4 bytes; 380 bytes each.
// 96 are a full window of 8 sockets that nobody reads (36 KB), the rest keeps the others going.
#define PBUF_POOL_BUFSIZE                       (364)
#ifdef WIPMODEM_PLAIN
#define PBUF_POOL_SIZE                          (24 + 10)
#else
#define PBUF_POOL_SIZE                          (96 + 10)
#endif

// 8 + 8 sockets, and some that have said good-bye already; servers are counted apart. 156 and 32
// bytes each.
#define MEMP_NUM_TCP_PCB                        (20)
#define MEMP_NUM_TCP_PCB_LISTEN                 (8)
