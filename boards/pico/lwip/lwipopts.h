// What of MicroPython's lwIP options no board header can set: this file is found before the port's
// (mpconfigboard.cmake sees to that), takes it in and changes it.
#include_next "lwipopts.h"

// Stock is 4, and one for mDNS. Here 8 sockets, one that asks for names, and one that lwIP's own
// resolver keeps; two to spare.
#undef MEMP_NUM_UDP_PCB
#define MEMP_NUM_UDP_PCB    (12)

// PPP asks again after 3 s, as others do, not after 6.
#define FSM_DEFTIMEOUT      (3)

// Over PPP there is no LAN to look for names in, and the modem knows no IPv6. Saves 5 KB of RAM and
// 20 KB of flash.
#undef LWIP_IPV6
#define LWIP_IPV6           (0)
#undef LWIP_MDNS_RESPONDER
#define LWIP_MDNS_RESPONDER (0)
