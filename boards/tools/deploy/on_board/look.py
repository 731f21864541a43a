# Script for the board: free the memory that main.py used, then print the properties of the board.
import gc
import os
import sys

for name in list(globals()):
    if not name.startswith("__") and name not in ("gc", "os", "sys"):
        del globals()[name]
for name in list(sys.modules):
    if name.split(".")[0] in ("board", "main", "wipmodem"):
        del sys.modules[name]
gc.collect()
try:
    import network
except ImportError:
    network = None

about = sys.implementation
print(
    repr(
        {
            "platform": sys.platform,
            "version": tuple(about.version[:3]),
            "machine": getattr(about, "_machine", sys.platform),
            "mpy": getattr(about, "_mpy", 0),
            "heap": gc.mem_alloc() + gc.mem_free(),
            "space": tuple(os.statvfs(os.getcwd())),
            "bearers": [each for each in ("PPP", "WLAN") if hasattr(network, each)],
        }
    )
)
