# A Raspberry Pi Pico whose IP stack is there for PPP: no radio chip, no Ethernet.
set(PICO_BOARD "pico")
set(PICO_PLATFORM "rp2040")
set(MICROPY_PY_LWIP ON)
set(MICROPY_BOARD_PINS "${MICROPY_PORT_DIR}/boards/RPI_PICO/pins.csv")
# Before all others: lwipopts.h there wraps the port's.
include_directories(BEFORE ${MICROPY_BOARD_DIR}/lwip)
# An image without the modem leaves the heap to files: see mpconfigboard.h.
if(WIPMODEM_PLAIN)
    add_compile_definitions(WIPMODEM_PLAIN)
endif()
set(MICROPY_FROZEN_MANIFEST ${MICROPY_BOARD_DIR}/manifest.py)
