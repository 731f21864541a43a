# The core: what runs on every board. A board's manifest adds the ports that it uses.
import os

PACKAGES = ("", "at", "commands", "online", "session", "sockets")
CORE = sorted(
    os.path.join(package, name)
    for package in PACKAGES
    for name in os.listdir(os.path.join("wipmodem", package))
    if name.endswith(".py")
)

# -O2 leaves out asserts; line numbers, which tracebacks need, go at -O3 only.
package("wipmodem", files=CORE, opt=2)
