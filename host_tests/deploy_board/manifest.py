# What `make deploy` copies to the stand-in.
include("$(PORT_DIR)/boards/manifest.py")
include("../../firmware/manifest.py")

NAMES = "flash mcu net uart".split()
package(
    "wipmodem", files=[f"ports/{name}.py" for name in NAMES], base_path="../../firmware", opt=2
)
module("main.py", base_path="../../firmware", opt=2)
for name in ("board.py", "net_linux.py", "net_micropython.py"):
    module(name, opt=2)
