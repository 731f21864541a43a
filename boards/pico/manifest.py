include("../../firmware/manifest.py")
package(
    "wipmodem",
    files=(
        "ports/__init__.py",
        "ports/chat.py",
        "ports/crash.py",
        "ports/link.py",
        "ports/mcu.py",
        "ports/net.py",
        "ports/net_lwip.py",
        "ports/ppp.py",
        "ports/ppp_board.py",
        "ports/probe.py",
        "ports/radio.py",
        "ports/uart.py",
    ),
    base_path="../../firmware",
    opt=3,
)
module("main.py", base_path="../../firmware", opt=3)
module("board.py", opt=3)
freeze("$(PORT_DIR)/modules")
