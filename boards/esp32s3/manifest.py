# List of the files that `make image` freezes into the image of this board, and that `make deploy`
# copies to the board.
include("$(PORT_DIR)/boards/manifest.py")
include("../../firmware/manifest.py")

PPP = "chat ppp radio"
WLAN = "wlan"
OTHERS = "flash mcu net net_esp32 uart"
NAMES = f"{OTHERS} {PPP} {WLAN}".split()
PORTS = [f"ports/{name}.py" for name in NAMES]
package("wipmodem", files=PORTS, base_path="../../firmware", opt=2)
module("main.py", base_path="../../firmware", opt=2)
module("board.py", opt=2)
