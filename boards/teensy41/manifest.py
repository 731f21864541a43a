# What `make deploy` copies to this board, and what an image of it would freeze.
include("$(PORT_DIR)/boards/manifest.py")
include("../../firmware/manifest.py")

PPP = "chat ppp radio"
OTHERS = "flash lock_mimxrt mcu net net_lwip uart"
PORTS = [f"ports/{name}.py" for name in f"{OTHERS} {PPP}".split()]
package("wipmodem", files=PORTS, base_path="../../firmware", opt=2)
module("main.py", base_path="../../firmware", opt=2)
module("board.py", opt=2)
