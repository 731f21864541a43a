# List of the files that `make deploy` copies to this board. An image for the board would freeze
# the same files.
include("$(PORT_DIR)/boards/manifest.py")
include("../../firmware/manifest.py")

PPP = "chat ppp radio"
OTHERS = "flash lock_mimxrt mcu net net_lwip uart"
PORTS = [f"ports/{name}.py" for name in f"{OTHERS} {PPP}".split()]
package("wipmodem", files=PORTS, base_path="../../firmware", opt=2)
module("main.py", base_path="../../firmware", opt=2)
module("board.py", opt=2)
