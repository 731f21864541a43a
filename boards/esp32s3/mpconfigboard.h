// An ESP32-S3 module whose console is USB, so that all three UARTs are free.
#define MICROPY_HW_BOARD_NAME               "ESP32-S3 for wipmodem"
#define MICROPY_HW_MCU_NAME                 "ESP32S3"

#define MICROPY_HW_ENABLE_UART_REPL         (0)
