"""The changes that an image makes to the pinned sources of MicroPython, as exact texts.

Received data survives a reset by the peer. Before version 1.28 the lwIP sockets of MicroPython
drop all unread data when the peer resets the connection. With these patches the data stays in the
socket: reads return the data first and the error after it, as on Linux, and close() frees it.
readinto() reads in a loop until its buffer is full, and an error loses the data that the loop has
already read. Therefore the first read after data reports no error; the next read does.

The patches remove mbedTLS, and SHA-1 and cryptolib, which need it. The image has no TLS,
MicroPython has its own SHA-256, and Debian replaces its mbedTLS package several times a year.
"""

from . import Failure

_LWIP = "extmod/modlwip.c"
_CONFIG = "ports/rp2/mpconfigport.h"
_RP2 = "ports/rp2/CMakeLists.txt"

# Each patch is (file, text in the pinned release, replacement).
PATCHES = (
    # After an error of the connection the received data is no longer freed.
    (
        _LWIP,
        """
    // Free any incoming buffers or connections that are stored
    lwip_socket_free_incoming(socket);
    // Pass the error code back via the connection variable.
""",
        """
    // Received data stays readable until close(). Only a connection gets here, never a listener.
    // Pass the error code back via the connection variable.
""",
    ),
    # A closed listener has no received data. In lwIP sockets a listener's queue of connections and
    # the received data share a union.
    (
        _LWIP,
        """
                tcp_abort(tcp_array[i]);
                tcp_array[i] = NULL;
            }
        }
    }
}
""",
        """
                tcp_abort(tcp_array[i]);
                tcp_array[i] = NULL;
            }
        }
        socket->incoming.tcp.pbuf = NULL;
    }
}
""",
    ),
    # A read reports the error when no data is left, but not right after data.
    (
        _LWIP,
        """
    uint16_t recv_offset;
""",
        """
    uint16_t recv_offset;
    bool data_was_read;
""",
    ),
    (
        _LWIP,
        """
    // Check for any pending errors
    STREAM_ERROR_CHECK(socket);

    if (socket->state == STATE_LISTENING) {
""",
        """
    if (socket->incoming.tcp.pbuf == NULL) {
        if (socket->data_was_read && socket->timeout == 0 && socket->state < 0) {
            socket->data_was_read = false;
            *_errno = MP_EAGAIN;
            return MP_STREAM_ERROR;
        }
        STREAM_ERROR_CHECK(socket);
    }
    socket->data_was_read = false;

    if (socket->state == STATE_LISTENING) {
""",
    ),
    (
        _LWIP,
        """
    assert(socket->pcb.tcp != NULL);

    struct pbuf *p = socket->incoming.tcp.pbuf;
""",
        """
    socket->data_was_read = true;
    struct pbuf *p = socket->incoming.tcp.pbuf;
""",
    ),
    (
        _LWIP,
        """
        tcp_recved(socket->pcb.tcp, len);
""",
        """
        if (socket->pcb.tcp != NULL) {
            tcp_recved(socket->pcb.tcp, len);
        }
""",
    ),
    (
        _LWIP,
        """
    lwip_socket_check_connected(socket);

    vstr_init_len(&vstr, len);
""",
        """
    if (socket->type != MOD_NETWORK_SOCK_STREAM) {
        lwip_socket_check_connected(socket);
    }

    vstr_init_len(&vstr, len);
""",
    ),
    # close() frees the data of a connection that has ended.
    (
        _LWIP,
        """
    } else if (request == MP_STREAM_CLOSE) {
        if (socket->pcb.tcp == NULL) {
            MICROPY_PY_LWIP_EXIT
""",
        """
    } else if (request == MP_STREAM_CLOSE) {
        if (socket->pcb.tcp == NULL) {
            if (socket->type == MOD_NETWORK_SOCK_STREAM && socket->incoming.tcp.pbuf != NULL) {
                pbuf_free(socket->incoming.tcp.pbuf);
                socket->incoming.tcp.pbuf = NULL;
            }
            socket->state = _ERR_BADF;
            MICROPY_PY_LWIP_EXIT
""",
    ),
    # The build leaves out mbedTLS and everything that needs it.
    (_RP2, "\nset(MICROPY_SSL_MBEDTLS ON)\n", "\n"),
    (_RP2, "\n    mbedtls/mbedtls_port.c\n", "\n"),
    (_RP2, "\ntarget_link_libraries(${MICROPY_TARGET} micropy_lib_mbedtls)\n", "\n"),
    (
        _CONFIG,
        "\n#define MICROPY_SSL_MBEDTLS                     (1)\n",
        "\n#define MICROPY_SSL_MBEDTLS                     (0)\n",
    ),
    (
        _CONFIG,
        """
#define MICROPY_PY_HASHLIB_SHA1                 (1)
#define MICROPY_PY_CRYPTOLIB                    (1)
""",
        "\n",
    ),
)


def apply(tree):
    """Apply the patches to `tree`. Raise Failure if a text does not occur exactly once."""
    for name, old, new in PATCHES:
        path = tree / name
        text = path.read_text() if path.exists() else ""
        if text.count(old) != 1:
            first = old.strip().splitlines()[0].strip()
            raise Failure(f"patches.py does not match {name} in these sources at: {first}")
        path.write_text(text.replace(old, new))
