# The core: the modules that run on every board. The manifest of a board adds its ports.
import os

PACKAGES = ("", "at", "commands", "online", "session", "sockets")
CORE = sorted(
    os.path.join(package, name)
    for package in PACKAGES
    for name in os.listdir(os.path.join("wipmodem", package))
    if name.endswith(".py")
)

# opt=2 removes asserts. Only opt=3 would also remove line numbers, which tracebacks need.
package("wipmodem", files=CORE, opt=2)
