# An ESP32-S3 module with room for all sockets. Newer MicroPython has one file for what all S3
# boards share, older has not.
include(boards/mpconfigboard_esp32s3_common.cmake OPTIONAL RESULT_VARIABLE COMMON)
if(NOT COMMON)
    set(IDF_TARGET esp32s3)
    set(SDKCONFIG_DEFAULTS
        boards/sdkconfig.base
        boards/sdkconfig.usb
        boards/sdkconfig.ble
        boards/sdkconfig.spiram_sx
    )
endif()
list(APPEND SDKCONFIG_DEFAULTS ${MICROPY_BOARD_DIR}/sdkconfig.board)
set(MICROPY_FROZEN_MANIFEST ${MICROPY_BOARD_DIR}/manifest.py)
